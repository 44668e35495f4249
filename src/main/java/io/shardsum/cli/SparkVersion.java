package io.shardsum.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;

/** The release of Spark on the class path, and the one that the job is built for. */
final class SparkVersion {

  /** Spark keeps what is called within a minor release. */
  private static final String EXPECTED = "4.1";

  private SparkVersion() {}

  /**
   * Why the job cannot run on the Spark of these classes, where methods would be missing; empty: it
   * can.
   */
  static Optional<String> refusal(ClassLoader classes) {
    String found = found(classes);
    return found.startsWith(EXPECTED + ".")
        ? Optional.empty()
        : Optional.of(
            "Cannot run on this Spark: expected version %s, found %s"
                .formatted(EXPECTED, TerminalText.line(found)));
  }

  /** As each release of Spark says it of itself. */
  static String found(ClassLoader classes) {
    try (InputStream file = classes.getResourceAsStream("spark-version-info.properties")) {
      if (file == null) {
        return "none";
      }
      Properties properties = new Properties();
      properties.load(file);
      return properties.getProperty("version", "one that does not say its version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
