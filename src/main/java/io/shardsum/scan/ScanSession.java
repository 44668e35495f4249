package io.shardsum.scan;

import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** The session of a scan: its own views, and the settings that its stages want. */
final class ScanSession {

  /** Each holds unless the caller has set it. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          // The number of Parquet files follows the rows.
          "spark.sql.adaptive.coalescePartitions.parallelismFirst", "false",
          // Tensors of a task are merged in memory, not sorted, up to this many.
          "spark.sql.objectHashAggregate.sortBased.fallbackThreshold", "100000");

  private ScanSession() {}

  static SparkSession of(SparkSession session) {
    SparkSession own = session.newSession();
    SETTINGS.forEach(
        (key, value) -> {
          if (!session.sparkContext().getConf().contains(key)) {
            own.conf().set(key, value);
          }
        });
    return own;
  }
}
