package io.shardsum.scan;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** The session of a scan: its own views, and the settings that its stages want. */
final class ScanSession {

  private static final Map<String, String> SETTINGS =
      Map.of(
          // The tables have more columns than Spark shows of a plan without a warning.
          "spark.sql.debug.maxToStringFields", "100",
          // The number of Parquet files follows the rows.
          "spark.sql.adaptive.coalescePartitions.parallelismFirst", "false",
          // Tensors of a task are merged in memory, not sorted, up to this many.
          "spark.sql.objectHashAggregate.sortBased.fallbackThreshold", "20000");

  /** They go together: each alone could make many tiny files. */
  private static final Map<String, String> SETTINGS_OF_A_SMALL_SCAN =
      Map.of(
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN",
          "spark.sql.adaptive.enabled", "false",
          "spark.sql.shuffle.partitions", "2");

  private ScanSession() {}

  /** A new session. What the caller has set in the configuration of Spark holds. */
  static SparkSession of(SparkSession session) {
    SparkSession own = session.newSession();
    SparkConf set = session.sparkContext().getConf();
    SETTINGS.forEach(
        (key, value) -> {
          if (!set.contains(key)) {
            own.conf().set(key, value);
          }
        });
    return own;
  }

  /** The same, with what else fits a scan of that size. */
  static SparkSession of(SparkSession session, ScanSize size) {
    SparkSession own = of(session);
    SparkConf set = session.sparkContext().getConf();
    if (size.isSmall() && SETTINGS_OF_A_SMALL_SCAN.keySet().stream().noneMatch(set::contains)) {
      SETTINGS_OF_A_SMALL_SCAN.forEach(own.conf()::set);
    }
    return own;
  }
}
