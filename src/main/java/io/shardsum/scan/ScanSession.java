package io.shardsum.scan;

import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** The session of a scan: its own views, and the settings that its stages want. */
final class ScanSession {

  private static final Map<String, String> SETTINGS =
      Map.of(
          // The number of Parquet files follows the rows.
          "spark.sql.adaptive.coalescePartitions.parallelismFirst", "false",
          // Tensors of a task are merged in memory, not sorted, up to this many.
          "spark.sql.objectHashAggregate.sortBased.fallbackThreshold", "100000");

  private static final Map<String, String> SETTINGS_OF_A_SMALL_SCAN =
      Map.of(
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN",
          "spark.sql.adaptive.enabled", "false",
          "spark.sql.shuffle.partitions", "2");

  private ScanSession() {}

  /** A new session. What the caller has set in the configuration of Spark holds. */
  static SparkSession of(SparkSession session, ScanSize size) {
    SparkSession own = session.newSession();
    apply(SETTINGS, own);
    if (size == ScanSize.SMALL) {
      apply(SETTINGS_OF_A_SMALL_SCAN, own);
    }
    return own;
  }

  private static void apply(Map<String, String> settings, SparkSession session) {
    settings.forEach(
        (key, value) -> {
          if (!session.sparkContext().getConf().contains(key)) {
            session.conf().set(key, value);
          }
        });
  }
}
