package io.shardsum.report;

import io.shardsum.damage.Damage;
import io.shardsum.damage.DamagePattern;
import io.shardsum.damage.DamagedRange;
import io.shardsum.fleet.WeightSource;
import io.shardsum.history.Drift;
import io.shardsum.history.EngineHistory;
import io.shardsum.history.EngineState;
import io.shardsum.history.EngineStep;
import io.shardsum.history.FindingHistory;
import io.shardsum.history.FindingState;
import io.shardsum.history.FleetHistory;
import io.shardsum.history.PastScan;
import io.shardsum.history.TensorChange;
import io.shardsum.scan.files.HostRate;
import io.shardsum.scan.files.HostRates;
import io.shardsum.tables.Scope;
import io.shardsum.tables.Verdict;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.CoverageState;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.ReadShare;
import io.shardsum.verdict.Severity;
import io.shardsum.verdict.Subject;
import io.shardsum.verdict.TensorName;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A report of many engines of eight ranks each, made without tables, as large as it can become: no
 * checksum is like another, each engine is updated every fifth scan, and each has findings with
 * many damaged ranges.
 */
record LargeReport(int engines, int scans, int findings) {

  static final int RANKS = 8;
  private static final Instant FIRST = Instant.parse("2026-09-01T02:00:00Z");
  private static final long TENSOR_BYTES = 58_720_256;

  String html() {
    return ReportPage.of(report());
  }

  private ScanReport report() {
    List<PastScan> past = IntStream.range(0, scans).mapToObj(this::scan).toList();
    List<FindingHistory> faults =
        IntStream.range(0, findings).mapToObj(number -> fault(number, past)).toList();
    FleetHistory fleet =
        new FleetHistory(
            "large",
            past,
            List.of(),
            IntStream.range(0, engines).mapToObj(engine -> history(engine, past)).toList(),
            List.of(),
            faults,
            List.of());
    List<ReportedFinding> reported = new ArrayList<>();
    for (FindingHistory fault : faults) {
      reported.add(
          new ReportedFinding(
              reported.size() + 1, fault.finding(), Optional.of(fault), camps(reported.size())));
    }
    return new ScanReport(
        reportedScan(past.get(scans - 1)),
        IntStream.range(0, engines).mapToObj(LargeReport::engine).toList(),
        reported,
        List.of(
            new ReportedPart(CoverageState.VERIFIED, Optional.empty(), engines, ranks(), 1, 1, 0)),
        new ReportedHistory(fleet));
  }

  private int ranks() {
    return engines * RANKS;
  }

  private PastScan scan(int number) {
    Instant at = FIRST.plus(number, ChronoUnit.DAYS);
    LocalDate date = at.atZone(ZoneOffset.UTC).toLocalDate();
    return new PastScan(
        "night-" + date,
        "large",
        date,
        at,
        at,
        "sglang",
        "DIFFERENT",
        Scope.FLEET,
        engines,
        ranks(),
        1,
        1);
  }

  private ReportedScan reportedScan(PastScan last) {
    return new ReportedScan(
        last.scanId(),
        last.fleet(),
        last.startedAt(),
        last.finishedAt(),
        "development",
        "4.1.3",
        "cpu",
        "sglang",
        engines,
        ranks(),
        1,
        1,
        new ReadShare(1, 1, Duration.ZERO),
        Verdict.DIFFERENT,
        "{}",
        Optional.of(312),
        Optional.of(1_200_000_000_000L),
        new HostRates(
            List.of(
                new HostRate("gpu-1", 100_000_000_000L, 100, 50, false),
                new HostRate("gpu-2", 100_000_000_000L, 100, 50, false),
                new HostRate("gpu-3", 10_000_000_000L, 100, 50, true))));
  }

  private static String name(int engine) {
    return "chat-%s".formatted(Integer.toString(10_000 + engine).substring(1));
  }

  private static String checksum(String role, int engine, int number) {
    return HexFormat.of().toHexDigits((role + engine).hashCode() * 31L + number).repeat(4);
  }

  private static ReportedEngine engine(int engine) {
    EngineKey key = new EngineKey(name(engine), WeightSource.FILES);
    List<ReportedRank> ranks =
        IntStream.range(0, RANKS)
            .mapToObj(
                rank ->
                    new ReportedRank(
                        key,
                        rank,
                        rank,
                        "COMPLETE",
                        engine % 10 == 0 && rank == 3
                            ? CoverageState.DIFFERENT
                            : CoverageState.VERIFIED,
                        Optional.of(checksum("rank", engine, rank)),
                        1_234,
                        2,
                        17_179_869_184L,
                        Optional.empty()))
            .toList();
    return new ReportedEngine(
        key,
        Optional.of("acme/chat-70b"),
        Optional.of("2026-09-30"),
        Optional.empty(),
        "acme/chat-70b@2026-09-30 tp8 pp1 dp1 sglang-0.5.20",
        RANKS,
        RANKS,
        0,
        "COMPLETE",
        Optional.of(checksum("engine", engine, 1)),
        137_438_953_472L,
        Optional.of(FIRST),
        "week",
        Optional.of(
            "999 of 999: engine-0001, engine-0002, engine-0003, engine-0004, engine-0005, engine-0006 and 993 more"),
        ranks);
  }

  private static EngineHistory history(int engine, List<PastScan> scans) {
    List<EngineStep> steps = new ArrayList<>();
    for (int number = 0; number < scans.size(); number++) {
      boolean updated = (number + engine) % 5 == 0;
      boolean off = engine % 10 == 0 && number == scans.size() - 1;
      steps.add(
          new EngineStep(
              scans.get(number),
              name(engine),
              WeightSource.FILES,
              updated ? EngineState.UPDATED : EngineState.UNCHANGED,
              Optional.empty(),
              new EngineStep.Declared(
                  Optional.of("acme/chat-70b"),
                  Optional.of("revision-" + number / 5),
                  "group",
                  Optional.empty(),
                  Optional.empty()),
              RANKS,
              RANKS,
              Optional.of(checksum("engine", engine, (number + engine) / 5)),
              1,
              updated ? IntStream.range(0, RANKS).boxed().toList() : List.of(),
              List.of(),
              updated
                  ? Optional.of(new TensorChange(9_872, 0, 0, 137_438_953_472L, "lm_head.weight"))
                  : Optional.empty(),
              Optional.of(CoverageState.VERIFIED),
              scans.get(0),
              Optional.empty(),
              off ? Optional.of(new Drift(scans.get(number), List.of(3))) : Optional.empty()));
    }
    return new EngineHistory(name(engine), WeightSource.FILES, steps);
  }

  private FindingHistory fault(int number, List<PastScan> scans) {
    PastScan last = scans.get(scans.size() - 1);
    TensorName tensor =
        new TensorName(
            "target", "model.layers.%s.mlp.down_proj.weight".formatted(Integer.toString(number)));
    List<DamagedRange> ranges =
        LongStream.range(0, 64)
            .mapToObj(at -> new DamagedRange(at * 40_960, 4_096, at * 40_960 + 1_000))
            .toList();
    Damage damage =
        new Damage(
            DamagePattern.ZEROED,
            Optional.of(4_096L),
            ranges,
            1_000,
            4_096_000,
            16_384_000,
            0,
            List.of(0L, 0L),
            TENSOR_BYTES);
    Finding finding =
        new Finding(
            Subject.tensor(name(number * 10 % engines), 3, tensor),
            FindingKind.DAMAGED.name(),
            Severity.ERROR,
            new Comparison(
                Optional.of(checksum("expected", number, 0)),
                Optional.of(checksum("actual", number, 0)),
                Optional.of("999 : 1")),
            List.of(3),
            Optional.of(FindingKind.DAMAGED.cause()),
            Optional.empty(),
            "1 tensor has other bytes in 40 of its 56 MiB than in the majority (999 : 1); "
                + damage.sentence(),
            Optional.of(damage),
            Optional.empty(),
            List.of());
    return new FindingHistory(
        "fingerprint-" + number,
        finding,
        last,
        last,
        1,
        List.of(new FindingHistory.Step(last, FindingState.NEW)));
  }

  /** As many findings have them as the reader looks up. */
  private List<Camp> camps(int number) {
    return number < ReportReader.FINDINGS_WITH_CAMPS
        ? List.of(camp("expected", number, 999), camp("actual", number, 1))
        : List.of();
  }

  private static Camp camp(String role, int number, int copies) {
    return new Camp(
        "HASHED",
        Optional.of("BF16"),
        Optional.of("[4096, 7168]"),
        Optional.of(checksum(role, number, 0)),
        TENSOR_BYTES,
        copies,
        copies,
        copies,
        IntStream.range(0, Math.min(8, copies))
            .mapToObj(engine -> new EngineKey(name(engine), WeightSource.FILES))
            .toList(),
        copies == 1,
        List.of());
  }
}
