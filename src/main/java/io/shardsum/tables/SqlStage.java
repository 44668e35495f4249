package io.shardsum.tables;

import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** One statement of the reduce: a file under {@code /sql}, over views of the session. */
public enum SqlStage {
  WHOLE,
  MERGED,
  CHUNKS,
  TENSORS,
  RANKS,
  ENGINES,
  FORMS;

  public Dataset<Row> in(SparkSession session) {
    return session.sql(SqlFile.text(word()));
  }

  /** The statement's name: of its file, and in messages. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
