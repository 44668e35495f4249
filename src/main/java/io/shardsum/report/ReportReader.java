package io.shardsum.report;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.shardsum.history.FleetHistory;
import io.shardsum.tables.FinishedScan;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Reads what a report shows from the tables. */
final class ReportReader {

  /** So many findings have the copies of their tensor looked up. */
  static final int FINDINGS_WITH_CAMPS = 500;

  private static final int ENGINES_NAMED = 8;

  private final FinishedScan scan;
  private final ReportedHistory history;

  ReportReader(FinishedScan scan, FleetHistory history) {
    this.scan = scan;
    this.history = new ReportedHistory(history);
  }

  ScanReport read() {
    kept("report/coverage_rows", "report_coverage", Integer.MAX_VALUE);
    return new ScanReport(
        ReportedScan.of(rows("report/scan").get(0)),
        engines(),
        findings(),
        rows("report/coverage").stream().map(ReportedPart::of).toList(),
        history);
  }

  private List<ReportedEngine> engines() {
    Map<EngineKey, List<ReportedRank>> ranks =
        rows("report/ranks").stream()
            .map(ReportedRank::of)
            .collect(groupingBy(ReportedRank::engine));
    return rows("report/engines").stream()
        .map(row -> ReportedEngine.of(row, ranks.getOrDefault(EngineKey.of(row), List.of())))
        .toList();
  }

  private List<ReportedFinding> findings() {
    List<Row> findings = kept("report/findings", "report_findings", FINDINGS_WITH_CAMPS);
    Map<Integer, List<Camp>> camps =
        scan.query("report/camps", Map.of("names", ENGINES_NAMED)).collectAsList().stream()
            .collect(groupingBy(row -> row.<Integer>getAs("number"), mapping(Camp::of, toList())));
    return findings.stream()
        .map(
            row -> {
              int number = row.<Integer>getAs("number");
              return new ReportedFinding(
                  number,
                  FinishedScan.finding(row),
                  history.of(row.getAs("fingerprint")),
                  camps.getOrDefault(number, List.of()));
            })
        .toList();
  }

  /** All rows of a statement; the first are a view for those that follow. */
  private List<Row> kept(String sqlFile, String view, int first) {
    Dataset<Row> query = scan.query(sqlFile, Map.of());
    List<Row> rows = query.collectAsList();
    query
        .sparkSession()
        .createDataFrame(rows.stream().limit(first).toList(), query.schema())
        .createOrReplaceTempView(view);
    return rows;
  }

  private List<Row> rows(String sqlFile) {
    return scan.query(sqlFile, Map.of()).collectAsList();
  }
}
