package io.shardsum.scan;

import io.shardsum.scan.files.AcceleratedPlans;
import io.shardsum.scan.files.HostRate;
import io.shardsum.scan.plan.Baseline;
import io.shardsum.scan.plan.Resumed;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.source.ChunkColumn;
import io.shardsum.tables.JsonColumn;
import io.shardsum.tables.NamedRow;
import io.shardsum.tables.Release;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.Scope;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/** The row of the table {@code scans}: with it, the scan exists. */
final class ScanRow {

  private ScanRow() {}

  static Row of(SparkSession session, ScanSummary summary, Instant finishedAt) {
    ScanRequest request = summary.request();
    String digests =
        request.inventory().engines().stream()
            .map(engine -> engine.spec().digest().word())
            .distinct()
            .sorted()
            .collect(Collectors.joining(","));
    return NamedRow.of(ScanTable.SCANS.schema())
        .with("schema_version", ScanTable.SCHEMA_VERSION)
        .with("fleet", request.inventory().fleet())
        .with("started_at", Timestamp.from(request.startedAt()))
        .with("finished_at", Timestamp.from(finishedAt))
        .with("tool_version", Release.VERSION)
        .with("spark_version", session.version())
        .with("accelerator", summary.accelerator().orElse(AcceleratedPlans.CPU))
        .with("digest", digests)
        .with("chunk_bytes", ChunkColumn.CHUNK_BYTES)
        .with("engines", summary.files().engines().size())
        .with("ranks", summary.files().ranks().size())
        .with("tensors", summary.tensors())
        .with("bytes", summary.bytes())
        .with("verdict", summary.verdict().name())
        .with("settings", settings(session, request))
        .with("canaries", summary.canaries().shards())
        .with("canaries_found", summary.canaries().found())
        .with("resumed_ranks", summary.resumed().map(Resumed::ranks).orElse(null))
        .with("resumed_bytes", summary.resumed().map(Resumed::bytes).orElse(null))
        .with("hosts", summary.readTimes().hosts().hosts().stream().map(ScanRow::host).toList())
        .with("read_bytes", summary.readBytes())
        .with("hashed_at", summary.hashedAt().map(Timestamp::from))
        .row();
  }

  private static Row host(HostRate rate) {
    return RowFactory.create(
        rate.host(),
        rate.bytes(),
        rate.taskSeconds(),
        rate.seconds(),
        rate.bytesPerSecond(),
        rate.slow());
  }

  /** Settings by name: chosen ones, since others may hold secrets. */
  private static String settings(SparkSession session, ScanRequest request) {
    Map<String, String> settings = new HashMap<>();
    settings.put(Scope.SETTING, request.scope().word());
    request
        .rereadDays()
        .ifPresent(days -> settings.put(ScanRequest.REREAD_DAYS, Integer.toString(days)));
    request.baseline().ifPresent(baseline -> settings.put(Baseline.SETTING, baseline.toString()));
    settings.putAll(request.reading().options());
    settings.put("spark.master", session.sparkContext().master());
    for (String key :
        new String[] {
          "spark.sql.files.maxPartitionBytes",
          "spark.sql.files.openCostInBytes",
          "spark.sql.shuffle.partitions"
        }) {
      settings.put(key, session.conf().get(key));
    }
    settings.put("cores", Integer.toString(session.sparkContext().defaultParallelism()));
    return JsonColumn.of(settings);
  }
}
