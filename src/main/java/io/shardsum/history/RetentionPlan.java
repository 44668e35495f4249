package io.shardsum.history;

import io.shardsum.history.RetainedScan.Fate;
import io.shardsum.tables.Leftover;
import io.shardsum.tables.StoredScans;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What stays of the tables, and what goes.
 *
 * @param scans those that are finished, by fleet and time
 * @param leftovers of scans that did not end: they go
 */
public record RetentionPlan(List<RetainedScan> scans, List<Leftover> leftovers) {

  /** Copies the lists. */
  public RetentionPlan {
    scans = List.copyOf(scans);
    leftovers = List.copyOf(leftovers);
  }

  /** How much goes. */
  public long droppedBytes() {
    return scans.stream().mapToLong(RetainedScan::droppedBytes).sum()
        + leftovers.stream().mapToLong(Leftover::bytes).sum();
  }

  /** Whether nothing goes. */
  public boolean isEmpty() {
    return leftovers.isEmpty() && scans.stream().noneMatch(RetainedScan::goes);
  }

  /** The scans of which nothing stays. */
  Set<String> gone() {
    return scans.stream()
        .filter(scan -> scan.fate() == Fate.ALL_GOES)
        .map(scan -> scan.scan().scanId())
        .collect(Collectors.toSet());
  }

  /**
   * Drops what goes of the files that scans have landed, the oldest first. What cannot be dropped
   * does not keep the rest.
   *
   * @return a line for each scan, and each leftover, that could not be dropped
   */
  List<String> carryOut(StoredScans stored) {
    List<String> faults = new ArrayList<>();
    for (RetainedScan scan : scans) {
      attempt(() -> scan.drop(stored), faults);
    }
    for (Leftover leftover : leftovers) {
      attempt(() -> stored.drop(leftover), faults);
    }
    return faults;
  }

  private static void attempt(Runnable removal, List<String> faults) {
    try {
      removal.run();
    } catch (UncheckedIOException e) {
      faults.add(e.getMessage());
    }
  }
}
