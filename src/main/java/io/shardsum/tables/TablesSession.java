package io.shardsum.tables;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** A session in which the tables of many scans are read: its own views, and settings. */
public final class TablesSession {

  /** Of so few most time would go into making code. */
  private static final long FEW_ROWS = 20_000;

  /** Ranks, of which each may have hundreds of tensors: more are read by several tasks. */
  private static final long ROWS_OF_ONE_TASK = 200;

  private static final long ROWS_OF_A_PARTITION = 100_000;

  /** A task lists many directories, not one: Spark would have one of each night. */
  private static final String LISTING_TASKS =
      "spark.sql.sources.parallelPartitionDiscovery.parallelism";

  private TablesSession() {}

  /** A new session, for few rows. What the caller has set in the configuration of Spark holds. */
  public static SparkSession of(SparkSession session) {
    SparkSession own = OwnSession.of(session);
    set(own, Map.of(LISTING_TASKS, Integer.toString(tasks(own))));
    fit(own, 0);
    return own;
  }

  /**
   * Fits the settings to what there is to read: the rows are known, so that no plan needs to be
   * adapted to them while it runs.
   *
   * @param ranks of all scans together
   */
  public static void fit(SparkSession own, long ranks) {
    boolean few = ranks <= FEW_ROWS;
    long partitions = few ? 2 : Math.max(tasks(own), ranks / ROWS_OF_A_PARTITION);
    long leaves = own.sparkContext().defaultParallelism();
    if (ranks <= ROWS_OF_ONE_TASK) {
      partitions = 1;
      leaves = 1;
    }
    set(
        own,
        Map.of(
            "spark.sql.adaptive.enabled",
            "false",
            "spark.sql.shuffle.partitions",
            Long.toString(partitions),
            "spark.sql.leafNodeDefaultParallelism",
            Long.toString(leaves),
            "spark.sql.files.minPartitionNum",
            Long.toString(leaves),
            "spark.sql.codegen.wholeStage",
            Boolean.toString(!few),
            "spark.sql.codegen.factoryMode",
            few ? "NO_CODEGEN" : "FALLBACK"));
  }

  private static void set(SparkSession own, Map<String, String> settings) {
    SparkConf caller = own.sparkContext().getConf();
    settings.forEach(
        (key, value) -> {
          if (!caller.contains(key)) {
            own.conf().set(key, value);
          }
        });
  }

  private static int tasks(SparkSession own) {
    return 2 * own.sparkContext().defaultParallelism();
  }
}
