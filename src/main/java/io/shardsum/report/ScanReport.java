package io.shardsum.report;

import java.util.List;

/**
 * What the tables say of a scan.
 *
 * @param engines by name
 * @param findings all of them, the gravest first
 * @param coverage by state, and by pattern of what was skipped
 * @param history of the scans that end with this one
 */
record ScanReport(
    ReportedScan scan,
    List<ReportedEngine> engines,
    List<ReportedFinding> findings,
    List<ReportedPart> coverage,
    ReportedHistory history) {

  ScanReport {
    engines = List.copyOf(engines);
    findings = List.copyOf(findings);
    coverage = List.copyOf(coverage);
  }
}
