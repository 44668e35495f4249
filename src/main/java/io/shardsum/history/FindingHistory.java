package io.shardsum.history;

import io.shardsum.verdict.Finding;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
    List<Step> steps) {

  /** A finding in a scan. */
  public record Step(PastScan scan, FindingState state) {}

  /** Copies the list. */
  public FindingHistory {
    steps = List.copyOf(steps);
  }

  /** The newest scan that tells of it. */
  public Step last() {
    return steps.get(steps.size() - 1);
  }

  /** Its state in the newest scan that tells of it. */
  public FindingState state() {
    return last().state();
  }

  /** Whether it began, or came back, in one of these scans. */
  public boolean isNew() {
    return steps.stream().anyMatch(step -> step.state().isNew());
  }

  /** The same in some of the scans only; empty where none of these tells of it. */
  Optional<FindingHistory> in(Set<PastScan> scans) {
    List<Step> some = steps.stream().filter(step -> scans.contains(step.scan())).toList();
    return some.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new FindingHistory(fingerprint, finding, firstSeen, lastSeen, timesSeen, some));
  }
}
