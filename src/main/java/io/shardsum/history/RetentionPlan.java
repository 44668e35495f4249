package io.shardsum.history;

import io.shardsum.history.RetainedScan.Fate;
import io.shardsum.tables.Leftover;
import io.shardsum.tables.StoredScans;
import java.io.UncheckedIOException;
import java.util.List;

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

  /**
   * Drops the rows of tensors that go, the oldest first. What cannot be dropped does not keep the
   * rest.
   *
   * @param faults gets a line for each scan whose rows could not be dropped
   * @return the scans of which all goes, and whose tensors are gone
   */
  List<RetainedScan> dropTensors(StoredScans stored, List<String> faults) {
    return scans.stream()
        .filter(RetainedScan::goes)
        .filter(scan -> attempt(() -> stored.dropTensors(scan.stored()), faults))
        .filter(scan -> scan.fate() == Fate.ALL_GOES)
        .toList();
  }

  /**
   * Drops what scans have left that did not end.
   *
   * @param faults gets a line for each that could not be dropped
   */
  void dropLeftovers(StoredScans stored, List<String> faults) {
    leftovers.forEach(leftover -> attempt(() -> stored.drop(leftover), faults));
  }

  /** Whether it succeeds; if not, a line says why. */
  static boolean attempt(Runnable removal, List<String> faults) {
    try {
      removal.run();
      return true;
    } catch (UncheckedIOException e) {
      faults.add(e.getMessage());
      return false;
    }
  }
}
