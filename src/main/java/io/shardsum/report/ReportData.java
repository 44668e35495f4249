package io.shardsum.report;

import io.shardsum.fleet.ComparisonGroup;
import io.shardsum.tables.Verdict;
import io.shardsum.text.RecordJson;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The data of the page, which its script can show without a change: text of others is as {@link
 * ShownText#whole} has it. A list that would be too long is cut, with the number of all.
 *
 * <p>Engines, findings and history are made while they are written, so the texts that they number
 * come last.
 */
record ReportData(
    Scan scan,
    Iterator<EngineData> engines,
    Iterator<FindingData> findings,
    int findingCount,
    Map<String, Long> findingKinds,
    HistoryData history,
    List<ReportedPart> coverage,
    Numbering checksums,
    Numbering groups,
    Iterable<String> groupWords,
    Numbering revisions) {

  /** The most findings in the page. */
  private static final int FINDINGS = 2_000;

  /** The data as JSON, fit to stand in an HTML element {@code script}. */
  static String json(ScanReport report) {
    StringWriter text = new StringWriter();
    RecordJson.IN_PAGE.write(of(report), text);
    return text.toString();
  }

  private static ReportData of(ScanReport report) {
    DataNumbers numbers = new DataNumbers(report.engines());
    return new ReportData(
        Scan.of(report.scan()),
        report.engines().stream().map(engine -> EngineData.of(engine, numbers)).iterator(),
        report.findings().stream()
            .limit(FINDINGS)
            .map(finding -> FindingData.of(finding, numbers))
            .iterator(),
        report.findings().size(),
        report.findings().stream()
            .collect(
                Collectors.groupingBy(
                    finding -> ShownText.whole(finding.finding().kind()),
                    TreeMap::new,
                    Collectors.counting())),
        HistoryData.of(report.history(), numbers),
        report.coverage().stream().map(ReportData::shown).toList(),
        numbers.checksums(),
        numbers.groups(),
        numbers.groups().inWords(ComparisonGroup::words),
        numbers.revisions());
  }

  private static ReportedPart shown(ReportedPart part) {
    return new ReportedPart(
        part.state(),
        part.skippedBecause().map(ShownText::whole),
        part.engines(),
        part.ranks(),
        part.tensors(),
        part.bytes(),
        part.expectedBytes());
  }

  private record Scan(
      String id,
      String fleet,
      Instant startedAt,
      Instant finishedAt,
      String toolVersion,
      String sparkVersion,
      String accelerator,
      String digest,
      long engines,
      long ranks,
      long tensors,
      long bytes,
      Verdict verdict,
      String settings) {

    static Scan of(ReportedScan scan) {
      return new Scan(
          ShownText.whole(scan.scanId()),
          ShownText.whole(scan.fleet()),
          scan.startedAt(),
          scan.finishedAt(),
          ShownText.whole(scan.toolVersion()),
          ShownText.whole(scan.sparkVersion()),
          ShownText.whole(scan.accelerator()),
          ShownText.whole(scan.digest()),
          scan.engines(),
          scan.ranks(),
          scan.tensors(),
          scan.bytes(),
          scan.verdict(),
          ShownText.whole(scan.settings()));
    }
  }
}
