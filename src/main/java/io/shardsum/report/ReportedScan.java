package io.shardsum.report;

import io.shardsum.tables.Verdict;
import java.sql.Timestamp;
import java.time.Instant;
import org.apache.spark.sql.Row;

/** A row of the table {@code scans}. */
record ReportedScan(
    String scanId,
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

  static ReportedScan of(Row row) {
    return new ReportedScan(
        row.getAs("scan_id"),
        row.getAs("fleet"),
        row.<Timestamp>getAs("started_at").toInstant(),
        row.<Timestamp>getAs("finished_at").toInstant(),
        row.getAs("tool_version"),
        row.getAs("spark_version"),
        row.getAs("accelerator"),
        row.getAs("digest"),
        row.<Integer>getAs("engines"),
        row.<Integer>getAs("ranks"),
        row.<Long>getAs("tensors"),
        row.<Long>getAs("bytes"),
        Verdict.valueOf(row.getAs("verdict")),
        row.getAs("settings"));
  }
}
