package io.shardsum.scan.plan;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.sql.internal.SQLConf;

/** The settings of Spark that a scan reads, checked before anything else is read. */
public final class ScanSettings {

  public static final String MOST_BYTES_OF_A_TASK = "spark.sql.files.maxPartitionBytes";
  public static final String OPEN_COST_BYTES = "spark.sql.files.openCostInBytes";

  public static final String REHASH_DAYS = "spark.shardsum.expect.rehash.days";

  /** Least bytes of a wave in which a scan lands; else what is read in some seconds. */
  public static final String WAVE_BYTES = "spark.shardsum.wave.bytes";

  private static final String OURS = "spark.shardsum.";
  private static final String OF_SQL = "spark.sql.";
  private static final String BYTES = "bytes as in 64m";

  private static final List<String> KNOWN =
      List.of(RereadLimits.BYTES, RereadLimits.FILE_BYTES, REHASH_DAYS, WAVE_BYTES);

  private ScanSettings() {}

  /**
   * Checks what the user has set.
   *
   * @throws SettingException if a setting does not parse, or is one of Shardsum's and not known
   */
  public static void check(SparkConf conf) {
    Map<String, String> settings =
        Stream.of(conf.getAll())
            .collect(Collectors.toMap(setting -> setting._1(), setting -> setting._2()));
    for (Map.Entry<String, String> setting : new TreeMap<>(settings).entrySet()) {
      String key = setting.getKey();
      String value = setting.getValue();
      switch (key) {
        case MOST_BYTES_OF_A_TASK, WAVE_BYTES -> requireFrom(1, key, value);
        case OPEN_COST_BYTES -> requireFrom(0, key, value);
        case RereadLimits.BYTES, RereadLimits.FILE_BYTES -> bytes(key, value);
        case REHASH_DAYS -> days(key, value);
        default -> checkOther(key, value);
      }
    }
  }

  private static void checkOther(String key, String value) {
    if (key.startsWith(OURS)) {
      throw new SettingException(key, "one of " + String.join(", ", KNOWN), "a key not known");
    }
    if (key.startsWith(OF_SQL)) {
      try {
        new SQLConf().setConfString(key, value);
      } catch (IllegalArgumentException e) { // others of Spark's say more than this could
        throw new SettingException(key, "what Spark takes", value + " (" + e.getMessage() + ")");
      }
    }
  }

  /**
   * A number of bytes.
   *
   * @throws SettingException if it is none
   */
  public static long bytes(String key, String value) {
    try {
      return JavaUtils.byteStringAsBytes(value);
    } catch (IllegalArgumentException e) {
      throw new SettingException(key, BYTES, value);
    }
  }

  private static void requireFrom(long least, String key, String value) {
    if (bytes(key, value) < least) {
      throw new SettingException(key, BYTES + ", from " + least, value);
    }
  }

  /**
   * A number of days.
   *
   * @throws SettingException if it is none
   */
  public static int days(String key, String value) {
    if (!value.matches("[0-9]{1,5}")) {
      throw new SettingException(key, "a whole number of days from 0 to 99999", value);
    }
    return Integer.parseInt(value);
  }
}
