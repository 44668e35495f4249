package io.shardsum.tables;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The SQL files under {@code /sql}. */
public final class SqlFile {

  private SqlFile() {}

  /** The text of a file, named without {@code .sql}: {@code views/scans}. */
  public static String text(String name) {
    String resource = "/sql/" + name + ".sql";
    try (InputStream file = SqlFile.class.getResourceAsStream(resource)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + resource, e);
    }
  }
}
