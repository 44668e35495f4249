package io.shardsum.report;

import io.shardsum.scan.files.HostRate;
import io.shardsum.scan.files.HostRates;
import io.shardsum.tables.Verdict;
import io.shardsum.verdict.ReadShare;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
    ReadShare readShare,
    Verdict verdict,
    String settings,
    Optional<Integer> resumedRanks,
    Optional<Long> resumedBytes,
    HostRates hosts) {

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
        readShare(row),
        Verdict.valueOf(row.getAs("verdict")),
        row.getAs("settings"),
        Optional.ofNullable(row.getAs("resumed_ranks")),
        Optional.ofNullable(row.getAs("resumed_bytes")),
        hosts(row));
  }

  /** None of a scan of before they were recorded. */
  private static HostRates hosts(Row scan) {
    return scan.isNullAt(scan.fieldIndex("hosts"))
        ? new HostRates(List.of())
        : new HostRates(
            scan.<Row>getList(scan.fieldIndex("hosts")).stream().map(ReportedScan::host).toList());
  }

  private static HostRate host(Row row) {
    return new HostRate(
        row.getAs("host"),
        row.<Long>getAs("bytes"),
        row.<Double>getAs("task_seconds"),
        row.<Double>getAs("seconds"),
        row.<Boolean>getAs("slow"));
  }

  private static ReadShare readShare(Row row) {
    long bytes = row.<Long>getAs("bytes");
    Timestamp startedAt = row.getAs("started_at");
    Timestamp hashedAt = Optional.ofNullable(row.<Timestamp>getAs("hashed_at")).orElse(startedAt);
    return new ReadShare(
        Optional.ofNullable(row.<Long>getAs("read_bytes")).orElse(bytes),
        bytes,
        Duration.between(hashedAt.toInstant(), startedAt.toInstant()));
  }
}
