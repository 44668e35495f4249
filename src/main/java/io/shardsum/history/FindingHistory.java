package io.shardsum.history;

import io.shardsum.verdict.Finding;
import java.util.List;

/**
 * A fault in the scans of a range.
 *
 * @param fingerprint of the view {@code findings}: the same in every scan
 * @param finding as it was said the last time
 * @param firstSeen the first scan that has it
 * @param lastSeen the last scan, up to the end of the range, that has it
 * @param timesSeen how many scans had it, up to then
 * @param steps oldest first; a scan in which it is neither there nor missed has none
 */
public record FindingHistory(
    String fingerprint,
    Finding finding,
    PastScan firstSeen,
    PastScan lastSeen,
    int timesSeen,
    List<FindingStep> steps) {

  /** Copies the list. */
  public FindingHistory {
    steps = List.copyOf(steps);
  }

  /** Its state in the newest scan that tells of it. */
  public FindingState state() {
    return steps.get(steps.size() - 1).state();
  }
}
