package io.shardsum.tables;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What gives the tables rows of another source than files: running engines, checkpoints. */
public interface RowSource {

  /** Whether it gives no rows at all. */
  boolean isEmpty();

  /** The rows of the table {@code ranks}; what it does not know is null. */
  Dataset<Row> ranks(SparkSession session);

  /** The rows of the table {@code engines}; what it does not know is null. */
  Dataset<Row> engines(SparkSession session);
}
