package io.shardsum.fleet;

import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Whether Hadoop can reach a location, as far as that is known without asking its storage. */
public final class Connectors {
  private Connectors() {}

  /**
   * Checks that there is a connector for a location.
   *
   * @param what names the location in the message, such as {@code --out}
   * @throws FleetException if there is none; the message says what to add
   */
  public static void require(String what, String location, Configuration conf) {
    StorageLocation.requireNoSecret(location);
    missing(location, conf)
        .ifPresent(
            advice -> {
              throw new FleetException(
                  "%s: %s: %s".formatted(what, MessageText.printable(location), advice));
            });
  }

  /** What to do where there is no connector; empty: there is one, or it is no location. */
  public static Optional<String> missing(String location, Configuration conf) {
    Optional<String> scheme = scheme(location);
    if (scheme.isEmpty()) {
      return Optional.empty();
    }
    String lowerCase = scheme.get().toLowerCase(Locale.ROOT);
    if (lowerCase.equals("http") || lowerCase.equals("https")) {
      return Optional.of(
          lowerCase + ":// is not a file system; expected a path, or s3a://BUCKET/...");
    }
    try {
      FileSystem.getFileSystemClass(scheme.get(), conf);
      return Optional.empty();
    } catch (IOException | RuntimeException | LinkageError e) {
      return Optional.of(advice(lowerCase));
    }
  }

  private static Optional<String> scheme(String location) {
    try {
      return Optional.ofNullable(new Path(location).toUri()).map(URI::getScheme);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String advice(String scheme) {
    return switch (scheme) {
      case "s3", "s3n" ->
          "no connector for %s:// here; write s3a://, and add".formatted(scheme) + packages("aws");
      case "s3a" -> "no connector for s3a:// here; add" + packages("aws");
      case "abfs", "abfss", "wasb", "wasbs" ->
          "no connector for %s:// here; add".formatted(scheme) + packages("azure");
      case "gs" ->
          "no connector for gs:// here; add one with --packages or --jars, such as"
              + " com.google.cloud.bigdataoss:gcs-connector";
      default ->
          "no connector for %s:// here; add one with --packages or --jars"
              .formatted(MessageText.printable(scheme));
    };
  }

  private static String packages(String store) {
    return " --packages org.apache.hadoop:hadoop-%s:3.4.2".formatted(store);
  }
}
