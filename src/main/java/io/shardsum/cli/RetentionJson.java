package io.shardsum.cli;

import io.shardsum.cli.RetentionCommand.Done;
import io.shardsum.exit.ExitCode;
import io.shardsum.history.KeepReason;
import io.shardsum.history.RetainedScan;
import io.shardsum.history.RetentionPlan;
import io.shardsum.tables.Compaction;
import io.shardsum.tables.Leftover;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What stays and what goes as JSON; keys are the tables' column names where there are such. */
record RetentionJson(
    int exitCode,
    boolean deleted,
    long droppedBytes,
    List<Scan> scans,
    List<Remains> leftovers,
    List<Gathered> gathered,
    int removed,
    List<String> faults) {

  static RetentionJson of(
      Optional<RetentionPlan> planned,
      Optional<Compaction.Outcome> compaction,
      Done done,
      List<String> faults,
      ExitCode exitCode) {
    RetentionPlan plan = planned.orElse(new RetentionPlan(List.of(), List.of()));
    return new RetentionJson(
        exitCode.number(),
        done == Done.DROPPED,
        plan.droppedBytes(),
        plan.scans().stream().map(Scan::of).toList(),
        plan.leftovers().stream().map(Remains::of).toList(),
        compaction.stream().flatMap(of -> of.months().stream()).map(Gathered::of).toList(),
        compaction.map(Compaction.Outcome::removed).orElse(0),
        faults);
  }

  private record Scan(
      String fleet,
      String scanId,
      Instant startedAt,
      RetainedScan.Fate fate,
      List<KeepReason> keptBecause,
      long tensorBytes,
      long otherBytes) {

    static Scan of(RetainedScan scan) {
      return new Scan(
          scan.scan().fleet(),
          scan.scan().scanId(),
          scan.scan().startedAt(),
          scan.fate(),
          scan.reasons(),
          scan.stored().tensorBytes(),
          scan.stored().otherBytes());
    }
  }

  private record Gathered(String month, int scans, int added) {

    static Gathered of(Compaction.Month month) {
      return new Gathered(month.month().toString(), month.scans(), month.added());
    }
  }

  private record Remains(String directory, long bytes) {

    static Remains of(Leftover leftover) {
      return new Remains(leftover.name(), leftover.bytes());
    }
  }
}
