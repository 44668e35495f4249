package io.shardsum.report;

import io.shardsum.history.FindingHistory;
import io.shardsum.history.PastScan;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Since when an engine is wrong, when it was right the last time, and in which file it is wrong.
 *
 * @param words behind the engine's name
 * @param file the first place that is known; empty where none is
 */
record WrongSince(String engine, String words, String file) {

  static WrongSince of(ReportedEngine engine, ScanReport report) {
    List<ReportedFinding> its =
        report.findings().stream()
            .filter(reported -> reported.finding().isDifference())
            .filter(reported -> reported.key().equals(Optional.of(engine.key())))
            .toList();
    String since =
        its.stream()
            .flatMap(reported -> reported.history().stream())
            .map(WrongSince::began)
            .min(Comparator.comparing(PastScan::startedAt))
            .map(scan -> scan(scan.scanId(), scan.startedAt()))
            .orElse("this scan");
    Optional<String> file =
        its.stream()
            .map(ReportedFinding::finding)
            .flatMap(f -> f.fileLocation().stream())
            .map(ShownText::whole)
            .findFirst();
    String words =
        "has been wrong since %s; %s%s"
            .formatted(
                since, lastRight(engine, report), file.isPresent() ? "; first difference:" : ".");
    return new WrongSince(engine.key().shown(), words, file.orElse(""));
  }

  /** The scan in which it began, or came back. */
  private static PastScan began(FindingHistory fault) {
    return fault.steps().stream()
        .filter(step -> step.state().isNew())
        .reduce((earlier, later) -> later)
        .map(FindingHistory.Step::scan)
        .orElse(fault.firstSeen());
  }

  private static String lastRight(ReportedEngine engine, ScanReport report) {
    if (engine.lastVerifiedAt().isEmpty()) {
      return "no scan of these tables found it right";
    }
    Instant at = engine.lastVerifiedAt().get();
    return "last right in "
        + report.history().fleet().scans().stream()
            .filter(scan -> scan.startedAt().equals(at))
            .findFirst()
            .map(scan -> scan(scan.scanId(), at))
            .orElse("a scan of " + Figures.time(at));
  }

  private static String scan(String scanId, Instant startedAt) {
    return "scan %s of %s".formatted(ShownText.shortened(scanId), Figures.time(startedAt));
  }
}
