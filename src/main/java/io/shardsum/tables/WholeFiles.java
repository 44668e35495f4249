package io.shardsum.tables;

import io.shardsum.io.WholeObjects;
import java.util.List;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.DataSource;

/**
 * How Parquet files are read of which most rows are wanted: without a look at what Parquet keeps to
 * find some of them, which costs an object store up to four requests a file.
 */
public final class WholeFiles {

  private static final List<String> FILTERS = List.of("dictionary", "columnindex", "bloom");

  private WholeFiles() {}

  /** A reader of directories whose files are many and small: one request for each of them. */
  public static DataFrameReader reader(SparkSession session) {
    return with(session.read())
        .options(WholeObjects.settings(session.sparkContext().hadoopConfiguration()))
        .option(DataSource.GLOB_PATHS_KEY(), "false");
  }

  /** Sets a reader so. */
  public static DataFrameReader with(DataFrameReader reader) {
    FILTERS.forEach(filter -> reader.option("parquet.filter." + filter + ".enabled", "false"));
    return reader;
  }
}
