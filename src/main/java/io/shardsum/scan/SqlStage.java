package io.shardsum.scan;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** One statement of the reduce: a file under {@code /sql}, over views of the session. */
enum SqlStage {
  TENSORS,
  RANKS,
  ENGINES,
  DIFFERENCES,
  FINDINGS;

  Dataset<Row> in(SparkSession session) {
    return session.sql(text());
  }

  private String text() {
    String resource = "/sql/" + name().toLowerCase(Locale.ROOT) + ".sql";
    try (InputStream file = SqlStage.class.getResourceAsStream(resource)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + resource, e);
    }
  }
}
