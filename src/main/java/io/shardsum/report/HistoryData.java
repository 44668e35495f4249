package io.shardsum.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.shardsum.fleet.WeightSource;
import io.shardsum.history.Drift;
import io.shardsum.history.EngineHistory;
import io.shardsum.history.EngineState;
import io.shardsum.history.EngineStep;
import io.shardsum.history.FindingHistory;
import io.shardsum.history.FindingState;
import io.shardsum.history.PastScan;
import io.shardsum.history.TensorChange;
import io.shardsum.verdict.TensorName;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The scans before in the page's data: what each engine held, and which findings are found no more.
 */
record HistoryData(
    List<Scan> scans,
    int scanCount,
    List<LocalDate> daysWithoutScan,
    Iterator<Engine> engines,
    int pastCount,
    List<Past> past) {

  /** The most findings in the page that are found no more. */
  private static final int PAST_FINDINGS = 200;

  static HistoryData of(ReportedHistory history, DataNumbers numbers) {
    List<Scan> scans = new ArrayList<>();
    Map<PastScan, Integer> scanNumbers = new HashMap<>();
    for (PastScan scan : history.fleet().scans()) {
      scanNumbers.put(scan, scans.size());
      scans.add(Scan.of(scan, history.found(scan)));
    }
    List<FindingHistory> past = history.past();
    return new HistoryData(
        scans,
        history.scanCount(),
        history.fleet().daysWithoutScan(),
        history.fleet().engines().stream()
            .map(engine -> Engine.of(engine, numbers, scanNumbers))
            .iterator(),
        past.size(),
        past.stream().limit(PAST_FINDINGS).map(Past::of).toList());
  }

  private record Scan(
      String id, Instant startedAt, String verdict, String scope, long errors, long warnings) {

    static Scan of(PastScan scan, ReportedHistory.Found found) {
      return new Scan(
          ShownText.whole(scan.scanId()),
          scan.startedAt(),
          ShownText.whole(scan.verdict()),
          scan.scope().word(),
          found.errors(),
          found.warnings());
    }
  }

  /**
   * An engine, with its name where it is not one of the scan's.
   *
   * @param steps most say that nothing changed: an array of scan, state, checksum, revision and, if
   *     there is more to say, that
   */
  private record Engine(
      int engine,
      Optional<String> name,
      Optional<WeightSource> source,
      Iterator<List<Object>> steps) {

    static Engine of(
        EngineHistory engine, DataNumbers numbers, Map<PastScan, Integer> scanNumbers) {
      int number = numbers.number(new EngineKey(engine.engine(), engine.source()));
      Optional<EngineHistory> unknown = Optional.of(engine).filter(any -> number < 0);
      return new Engine(
          number,
          unknown.map(EngineHistory::engine).map(ShownText::whole),
          unknown.map(EngineHistory::source),
          engine.steps().stream().map(step -> step(step, numbers, scanNumbers)).iterator());
    }

    private static List<Object> step(
        EngineStep step, DataNumbers numbers, Map<PastScan, Integer> scanNumbers) {
      List<Object> array =
          new ArrayList<>(
              List.of(
                  scanNumbers.get(step.scan()),
                  step.state(),
                  numbers.checksums().number(step.checksum()),
                  numbers.revisions().number(step.declared().revision())));
      if (step.state() != EngineState.UNCHANGED || step.drift().isPresent() || step.isDifferent()) {
        array.add(More.of(step));
      }
      return array;
    }
  }

  /** What changed in an engine, and what differs. */
  private record More(
      List<Integer> changedRanks,
      List<Integer> driftedRanks,
      @JsonUnwrapped TensorChange tensors,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean different,
      Optional<List<Integer>> offRanks,
      Optional<Instant> offSince) {

    static More of(EngineStep step) {
      return new More(
          step.changedRanks(),
          step.driftedRanks(),
          step.tensors().map(More::shown).orElse(null),
          step.isDifferent(),
          step.drift().map(Drift::ranks),
          step.drift().map(drift -> drift.since().startedAt()));
    }

    private static TensorChange shown(TensorChange change) {
      return new TensorChange(
          change.changed(),
          change.added(),
          change.removed(),
          change.bytes(),
          ShownText.whole(change.firstKey()));
    }
  }

  private record Past(
      FindingState state,
      String kind,
      String severity,
      Optional<String> engine,
      Optional<Integer> rank,
      Optional<String> tensor,
      String detail,
      Instant firstSeen,
      Instant lastSeen,
      int timesSeen) {

    static Past of(FindingHistory fault) {
      return new Past(
          fault.state(),
          ShownText.whole(fault.finding().kind()),
          ShownText.whole(fault.finding().severity().word()),
          fault.finding().engine().map(ShownText::whole),
          fault.finding().rank(),
          fault.finding().tensor().map(TensorName::key).map(ShownText::whole),
          ShownText.whole(fault.finding().detail()),
          fault.firstSeen().startedAt(),
          fault.lastSeen().startedAt(),
          fault.timesSeen());
    }
  }
}
