package io.shardsum.report;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.shardsum.history.FleetHistory;
import io.shardsum.tables.FinishedScan;
import io.shardsum.tables.Query;
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
    Dataset<Row> coverage = collected("report/coverage_rows");
    return new ScanReport(
        ReportedScan.of(rows(Query.of("report/scan")).get(0)),
        engines(coverage),
        findings(),
        rows(Query.of("report/coverage").with("report_coverage", coverage)).stream()
            .map(ReportedPart::of)
            .toList(),
        history);
  }

  private List<ReportedEngine> engines(Dataset<Row> coverage) {
    Map<EngineKey, List<ReportedRank>> ranks =
        rows(Query.of("report/ranks")).stream()
            .map(ReportedRank::of)
            .collect(groupingBy(ReportedRank::engine));
    return rows(Query.of("report/engines").with("report_coverage", coverage)).stream()
        .map(row -> ReportedEngine.of(row, ranks.getOrDefault(EngineKey.of(row), List.of())))
        .toList();
  }

  private List<ReportedFinding> findings() {
    Dataset<Row> findings = collected("report/findings");
    Query ofCamps =
        Query.of("report/camps")
            .with("report_findings", findings.limit(FINDINGS_WITH_CAMPS))
            .parameter("names", ENGINES_NAMED);
    Map<Integer, List<Camp>> camps =
        rows(ofCamps).stream()
            .collect(groupingBy(row -> row.<Integer>getAs("number"), mapping(Camp::of, toList())));
    return findings.collectAsList().stream()
        .map(
            row -> {
              int number = row.<Integer>getAs("number");
              return new ReportedFinding(
                  number,
                  FinishedScan.finding(row),
                  history.finding(row.getAs("fingerprint")),
                  camps.getOrDefault(number, List.of()));
            })
        .toList();
  }

  /** The rows of a statement that others read, computed once. */
  private Dataset<Row> collected(String statement) {
    Dataset<Row> rows = scan.run(Query.of(statement));
    return rows.sparkSession().createDataFrame(rows.collectAsList(), rows.schema());
  }

  private List<Row> rows(Query query) {
    return scan.run(query).collectAsList();
  }
}
