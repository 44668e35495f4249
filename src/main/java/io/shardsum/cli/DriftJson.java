package io.shardsum.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.shardsum.exit.ExitCode;
import io.shardsum.fleet.WeightSource;
import io.shardsum.history.Drift;
import io.shardsum.history.EngineHistory;
import io.shardsum.history.EngineState;
import io.shardsum.history.EngineStep;
import io.shardsum.history.FindingHistory;
import io.shardsum.history.FindingState;
import io.shardsum.history.FleetHistory;
import io.shardsum.history.LeftOutScan;
import io.shardsum.history.PastScan;
import io.shardsum.history.TensorChange;
import io.shardsum.verdict.CoverageState;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Histories as JSON; keys are the tables' column names where there are such. */
record DriftJson(int exitCode, Iterator<Fleet> fleets) {

  static DriftJson of(List<FleetHistory> fleets, ReportedChanges changes, ExitCode exitCode) {
    return new DriftJson(
        exitCode.number(), fleets.stream().map(fleet -> Fleet.of(fleet, changes)).iterator());
  }

  private record Fleet(
      String fleet,
      boolean newDrift,
      boolean standingDrift,
      int openErrors,
      int openWarnings,
      List<Scan> scans,
      List<LocalDate> daysWithoutScan,
      List<LeftOutScan> leftOut,
      Iterator<Engine> engines,
      Iterator<Fault> findings) {

    static Fleet of(FleetHistory fleet, ReportedChanges changes) {
      return new Fleet(
          fleet.fleet(),
          !fleet.newDrift().isEmpty(),
          !fleet.standingDrift().isEmpty(),
          fleet.openErrors().size(),
          fleet.openWarnings().size(),
          fleet.scans().stream().map(Scan::of).toList(),
          fleet.daysWithoutScan(),
          fleet.leftOut(),
          fleet.engines().stream().map(Engine::of).iterator(),
          fleet.findings().stream()
              .filter(finding -> changes == ReportedChanges.ALL || finding.isNew())
              .map(Fault::of)
              .iterator());
    }
  }

  private record Scan(String scanId, Instant startedAt, String verdict, String scope) {

    static Scan of(PastScan scan) {
      return new Scan(scan.scanId(), scan.startedAt(), scan.verdict(), scan.scope().word());
    }
  }

  /** A scan that need not be among those of the range. */
  private record NamedScan(String scanId, Instant startedAt) {

    static NamedScan of(PastScan scan) {
      return new NamedScan(scan.scanId(), scan.startedAt());
    }
  }

  private record Engine(
      String engine,
      WeightSource source,
      EngineState state,
      NamedScan firstSeen,
      Optional<NamedScan> lastRight,
      Optional<NamedScan> offSince,
      List<Integer> offRanks,
      List<Step> steps) {

    static Engine of(EngineHistory engine) {
      EngineStep last = engine.last();
      return new Engine(
          engine.engine(),
          engine.source(),
          last.state(),
          NamedScan.of(last.firstSeen()),
          last.lastRight().map(NamedScan::of),
          last.drift().map(Drift::since).map(NamedScan::of),
          last.drift().map(Drift::ranks).orElse(List.of()),
          engine.steps().stream().map(Step::of).toList());
    }
  }

  private record Step(
      String scanId,
      EngineState state,
      Optional<String> comparedWith,
      Optional<String> model,
      Optional<String> revision,
      Optional<String> revisionBefore,
      Optional<String> checksum,
      int expectedRanks,
      int hashedRanks,
      Optional<CoverageState> worst,
      List<Integer> changedRanks,
      List<Integer> driftedRanks,
      Optional<TensorChange> tensors) {

    static Step of(EngineStep step) {
      return new Step(
          step.scan().scanId(),
          step.state(),
          step.comparedWith().map(PastScan::scanId),
          step.declared().model(),
          step.declared().revision(),
          step.declared().revisionBefore(),
          step.checksum(),
          step.expectedRanks(),
          step.hashedRanks(),
          step.worst(),
          step.changedRanks(),
          step.driftedRanks(),
          step.tensors());
    }
  }

  private record Fault(
      String fingerprint,
      FindingState state,
      @JsonUnwrapped FindingJson finding,
      NamedScan firstSeen,
      NamedScan lastSeen,
      int timesSeen,
      List<FaultStep> steps) {

    static Fault of(FindingHistory fault) {
      return new Fault(
          fault.fingerprint(),
          fault.state(),
          FindingJson.of(fault.finding()),
          NamedScan.of(fault.firstSeen()),
          NamedScan.of(fault.lastSeen()),
          fault.timesSeen(),
          fault.steps().stream().map(FaultStep::of).toList());
    }
  }

  private record FaultStep(String scanId, FindingState state) {

    static FaultStep of(FindingHistory.Step step) {
      return new FaultStep(step.scan().scanId(), step.state());
    }
  }
}
