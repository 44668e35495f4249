package io.shardsum.scan.files;

import io.shardsum.text.ForeignText;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkThrowable;

/**
 * A file of the tables that cannot be read: cut off, gone, or another program's.
 *
 * @param path as Spark says it
 * @param why the first line of what went wrong
 */
public record BrokenFile(String path, String why) {

  /** Conditions of Spark that say that a file of the tables is broken, or gone. */
  private static final Set<String> UNREADABLE = Set.of("FAILED_READ_FILE", "PATH_NOT_FOUND");

  private static final Pattern SCAN = Pattern.compile("/scan_id=([^/]+)/");
  private static final int MESSAGE_CODE_POINTS = 1_000;

  /** The file that a fault is about, if it is about one. */
  public static Optional<BrokenFile> in(Throwable fault) {
    for (Throwable e = fault; e != null; e = e.getCause()) {
      if (e instanceof SparkThrowable spark && UNREADABLE.contains(mainCondition(spark))) {
        Throwable why = e.getCause() == null ? e : e.getCause();
        return Optional.of(
            new BrokenFile(
                spark.getMessageParameters().getOrDefault("path", "a table"),
                String.valueOf(why.getMessage()).lines().findFirst().orElse("")));
      }
    }
    return Optional.empty();
  }

  private static String mainCondition(SparkThrowable spark) {
    return String.valueOf(spark.getCondition()).split("\\.", 2)[0];
  }

  /** The name of the scan that it belongs to; empty if it lies elsewhere. */
  public Optional<String> scanId() {
    Matcher scan = SCAN.matcher(path);
    return scan.find() ? Optional.of(scan.group(1)) : Optional.empty();
  }

  /** What is said of it, in one line. */
  public String message() {
    return "Cannot read %s: %s".formatted(shown(path), shown(why));
  }

  private static String shown(String text) {
    return ForeignText.shown(text, MESSAGE_CODE_POINTS);
  }
}
