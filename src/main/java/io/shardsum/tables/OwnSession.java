package io.shardsum.tables;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** A session with views of its own, and the settings that the reduce wants. */
public final class OwnSession {

  private static final Map<String, String> SETTINGS =
      Map.of(
          // The tables have more columns than Spark shows of a plan without a warning.
          "spark.sql.debug.maxToStringFields", "100",
          // The number of Parquet files follows the rows.
          "spark.sql.adaptive.coalescePartitions.parallelismFirst", "false",
          // Tensors of a task are merged in memory, not sorted, up to this many.
          "spark.sql.objectHashAggregate.sortBased.fallbackThreshold", "20000");

  private OwnSession() {}

  /** A new session. What the caller has set in the configuration of Spark holds. */
  public static SparkSession of(SparkSession session) {
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
}
