package io.shardsum.report;

import io.shardsum.history.EngineState;
import io.shardsum.history.FindingHistory;
import io.shardsum.history.FindingState;
import io.shardsum.history.FleetHistory;
import io.shardsum.history.PastScan;
import io.shardsum.verdict.Severity;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The scans that end with the reported one. */
final class ReportedHistory {

  /** So many scans, the newest, are in the page. */
  static final int SCANS = 90;

  /** How many faults a scan has found. */
  record Found(long errors, long warnings) {

    private Found plus(Severity severity) {
      return switch (severity) {
        case ERROR -> new Found(errors + 1, warnings);
        case WARNING -> new Found(errors, warnings + 1);
        default -> this;
      };
    }
  }

  private final FleetHistory fleet;
  private final int scanCount;
  private final Map<PastScan, Found> found = new HashMap<>();
  private final Map<String, FindingHistory> byFingerprint;

  ReportedHistory(FleetHistory range) {
    this.fleet = range.newest(SCANS);
    this.scanCount = range.scans().size();
    this.byFingerprint =
        fleet.findings().stream()
            .collect(Collectors.toMap(FindingHistory::fingerprint, Function.identity()));
    for (FindingHistory fault : fleet.findings()) {
      fault.steps().stream()
          .filter(step -> isThere(step.state()))
          .map(FindingHistory.Step::scan)
          .forEach(scan -> found.put(scan, found(scan).plus(fault.finding().severity())));
    }
  }

  private static boolean isThere(FindingState state) {
    return switch (state) {
      case NEW, CAME_BACK, STILL_THERE -> true;
      case NOT_CHECKED, GONE -> false;
    };
  }

  /** The newest scans, with what they say. */
  FleetHistory fleet() {
    return fleet;
  }

  /** How many scans the range has. */
  int scanCount() {
    return scanCount;
  }

  /** How many different faults a scan has found. */
  Found found(PastScan scan) {
    return found.getOrDefault(scan, new Found(0, 0));
  }

  /** The scan before the reported one, where the range has it. */
  Optional<PastScan> before() {
    List<PastScan> scans = fleet.scans();
    return scans.size() < 2 ? Optional.empty() : Optional.of(scans.get(scans.size() - 2));
  }

  /** The history of a fault that the reported scan has found. */
  Optional<FindingHistory> finding(String fingerprint) {
    return Optional.ofNullable(byFingerprint.get(fingerprint));
  }

  /** Faults that the reported scan does not have: could not check first, then newest first. */
  List<FindingHistory> past() {
    return fleet.findings().stream()
        .filter(fault -> !isThere(fault.state()))
        .sorted(
            Comparator.comparing((FindingHistory fault) -> fault.state().isOpen() ? 0 : 1)
                .thenComparing(fault -> fault.lastSeen().startedAt(), Comparator.reverseOrder()))
        .toList();
  }

  /** How many faults are in a state in the reported scan. */
  long faults(FindingState state) {
    return fleet.findings().stream()
        .filter(fault -> fault.last().scan().equals(fleet.last()))
        .filter(fault -> fault.state() == state)
        .count();
  }

  /** How many engines hold what they should not, and did so in the scan before. */
  long stillOff() {
    return fleet.standingDrift().stream().filter(step -> !step.state().isUnplanned()).count();
  }

  /** How many engines are in a state in the reported scan. */
  long engines(EngineState state) {
    return fleet.states().getOrDefault(state, 0);
  }
}
