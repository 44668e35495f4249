package io.shardsum.tables;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What gives the tables rows of another source than files: running engines, checkpoints. */
public interface RowSource {

  /** Whether it gives no rows at all. */
  boolean isEmpty();

  /**
   * Waits for what is to be known, and lands the rows of the table {@code tensors}.
   *
   * @param ofFiles the rows that come from files
   */
  void landTensors(Dataset<Row> ofFiles, ScanTables tables);

  /** The rows of the table {@code ranks}; what it does not know is null. */
  Dataset<Row> ranks(SparkSession session);

  /** The rows of the table {@code engines}; what it does not know is null. */
  Dataset<Row> engines(SparkSession session);
}
