package io.shardsum.history;

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

  /** Of few rows most time would go into making code and tasks. */
  private static final Map<String, String> SETTINGS_OF_FEW_ROWS =
      Map.of(
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN",
          "spark.sql.adaptive.enabled", "false",
          "spark.sql.shuffle.partitions", "2");

  private static final long FEW_ROWS = 20_000;

  private HistorySession() {}

  static SparkSession of(SparkSession session) {
    SparkSession own = session.newSession();
    SETTINGS.forEach(own.conf()::set);
    return own;
  }

  /**
   * Fits the settings to what there is to read. What the caller has set in the configuration of
   * Spark holds.
   *
   * @param ranks of all scans together
   */
  static void fit(SparkSession own, long ranks) {
    SparkConf set = own.sparkContext().getConf();
    if (ranks <= FEW_ROWS
        && SETTINGS_OF_FEW_ROWS.keySet().stream()
            .noneMatch(key -> set.contains(key) && !key.equals("spark.sql.shuffle.partitions"))) {
      SETTINGS_OF_FEW_ROWS.forEach(own.conf()::set);
    }
  }
}
