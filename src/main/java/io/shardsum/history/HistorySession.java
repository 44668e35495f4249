package io.shardsum.history;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** The session in which history is read: its own views, and settings. */
final class HistorySession {

  /**
   * Files of scans that are replaced meanwhile vanish; {@link History} sees that and begins anew.
   */
  private static final Map<String, String> SETTINGS =
      Map.of("spark.sql.files.ignoreMissingFiles", "true");

  /** Of few rows most time would go into making code. */
  private static final Map<String, String> SETTINGS_OF_FEW_ROWS =
      Map.of(
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN");

  private static final long FEW_ROWS = 20_000;
  private static final long ROWS_OF_A_PARTITION = 100_000;
  private static final String ADAPTIVE = "spark.sql.adaptive.enabled";
  private static final String PARTITIONS = "spark.sql.shuffle.partitions";

  /** A task lists many directories, not one: Spark would have one of each night. */
  private static final String LISTING_TASKS =
      "spark.sql.sources.parallelPartitionDiscovery.parallelism";

  private HistorySession() {}

  static SparkSession of(SparkSession session) {
    SparkSession own = session.newSession();
    SETTINGS.forEach(own.conf()::set);
    if (!own.sparkContext().getConf().contains(LISTING_TASKS)) {
      own.conf().set(LISTING_TASKS, Integer.toString(tasks(own)));
    }
    return own;
  }

  /**
   * Fits the settings to what there is to read: the rows are known, so that no plan needs to be
   * adapted to them while it runs. What the caller has set in the configuration of Spark holds.
   *
   * @param ranks of all scans together
   */
  static void fit(SparkSession own, long ranks) {
    Map<String, String> settings = new HashMap<>();
    settings.put(ADAPTIVE, "false");
    if (ranks <= FEW_ROWS) {
      settings.put(PARTITIONS, "2");
      settings.putAll(SETTINGS_OF_FEW_ROWS);
    } else {
      settings.put(PARTITIONS, Long.toString(Math.max(tasks(own), ranks / ROWS_OF_A_PARTITION)));
    }
    SparkConf set = own.sparkContext().getConf();
    settings.keySet().removeIf(set::contains);
    settings.forEach(own.conf()::set);
  }

  private static int tasks(SparkSession own) {
    return 2 * own.sparkContext().defaultParallelism();
  }
}
