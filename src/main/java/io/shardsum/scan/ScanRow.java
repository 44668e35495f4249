package io.shardsum.scan;

import io.shardsum.scan.plan.Baseline;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.source.ChunkColumn;
import io.shardsum.tables.JsonColumn;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.Scope;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** The row of the table {@code scans}: with it, the scan exists. */
final class ScanRow {

  static final StructType SCHEMA =
      StructType.fromDDL(
          "schema_version INT, fleet STRING, started_at TIMESTAMP, finished_at TIMESTAMP,"
              + " tool_version STRING, spark_version STRING, accelerator STRING, digest STRING,"
              + " chunk_bytes INT, engines INT, ranks INT, tensors BIGINT, bytes BIGINT,"
              + " verdict STRING, settings STRING, canaries INT, canaries_found INT");

  private ScanRow() {}

  static Row of(SparkSession session, ScanSummary summary, Instant finishedAt) {
    ScanRequest request = summary.request();
    String digests =
        request.inventory().engines().stream()
            .map(engine -> engine.spec().digest().word())
            .distinct()
            .sorted()
            .collect(Collectors.joining(","));
    return RowFactory.create(
        ScanTable.SCHEMA_VERSION,
        request.inventory().fleet(),
        Timestamp.from(request.startedAt()),
        Timestamp.from(finishedAt),
        toolVersion(),
        session.version(),
        summary.accelerator().orElse(AcceleratedPlans.CPU),
        digests,
        ChunkColumn.CHUNK_BYTES,
        summary.engines().size(),
        summary.ranks().size(),
        summary.tensors(),
        summary.bytes(),
        summary.verdict().name(),
        settings(session, request),
        summary.canaries().shards(),
        summary.canaries().found());
  }

  private static String toolVersion() {
    return Optional.ofNullable(ScanRow.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  /** Settings by name: chosen ones, since others may hold secrets. */
  private static String settings(SparkSession session, ScanRequest request) {
    Map<String, String> settings = new HashMap<>();
    settings.put(Scope.SETTING, request.scope().word());
    request.baseline().ifPresent(baseline -> settings.put(Baseline.SETTING, baseline.toString()));
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
