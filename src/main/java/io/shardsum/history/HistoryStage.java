package io.shardsum.history;

import io.shardsum.tables.SqlFile;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A statement of history: a file under {@code /sql/history}, over views of the session. */
enum HistoryStage {
  RANK_STEPS,
  ENGINE_STEPS,
  ABSENCES,
  FINDING_STEPS,
  FOUND,
  TENSOR_CHANGES;

  Dataset<Row> in(SparkSession session) {
    return session.sql(SqlFile.text("history/" + view()));
  }

  /** The name under which other statements read it. */
  String view() {
    return name().toLowerCase(Locale.ROOT);
  }
}
