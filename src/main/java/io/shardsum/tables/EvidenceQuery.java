package io.shardsum.tables;

import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A statement that runs where copies differ, or may be worth nothing: a file under {@code
 * /sql/evidence}.
 */
public enum EvidenceQuery {
  /** Of this scan's tensors, and those of earlier scans. */
  CONTENTS,
  /** Of this scan's tensors: in every scan. */
  ZEROS,
  /** Of this scan's tensors. */
  SUSPECT_FILES,
  /** Of this scan's tensors: the view that was used for {@link #CONTENTS}. */
  WHEREABOUTS,
  /** Of the views of finished scans. */
  EARLIER_RANKS,
  /** Of the views of finished scans. */
  LAST_VERIFIED;

  public Dataset<Row> in(SparkSession session) {
    return session.sql(SqlFile.text("evidence/" + name().toLowerCase(Locale.ROOT)));
  }
}
