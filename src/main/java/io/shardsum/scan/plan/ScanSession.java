package io.shardsum.scan.plan;

import io.shardsum.tables.OwnSession;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** The session of a scan: its own views, and the settings that its stages want. */
public final class ScanSession {

  /** They go together: each alone could make many tiny files. */
  private static final Map<String, String> SETTINGS_OF_A_SMALL_SCAN =
      Map.of(
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN",
          "spark.sql.adaptive.enabled", "false",
          "spark.sql.shuffle.partitions", "2");

  /** A task takes longer to start than its rows take. */
  private static final Map<String, String> SETTINGS_OF_A_TINY_SCAN =
      Map.of(
          "spark.sql.leafNodeDefaultParallelism", "1",
          "spark.sql.files.minPartitionNum", "1");

  private ScanSession() {}

  /** A new session. What the caller has set in the configuration of Spark holds. */
  public static SparkSession of(SparkSession session, ScanSize size) {
    SparkSession own = OwnSession.of(session);
    SparkConf set = session.sparkContext().getConf();
    if (size.isSmall() && SETTINGS_OF_A_SMALL_SCAN.keySet().stream().noneMatch(set::contains)) {
      SETTINGS_OF_A_SMALL_SCAN.forEach(own.conf()::set);
    }
    if (size.isTiny() && SETTINGS_OF_A_TINY_SCAN.keySet().stream().noneMatch(set::contains)) {
      SETTINGS_OF_A_TINY_SCAN.forEach(own.conf()::set);
    }
    return own;
  }
}
