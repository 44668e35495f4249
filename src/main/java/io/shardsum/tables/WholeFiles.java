package io.shardsum.tables;

import java.util.List;
import org.apache.spark.sql.DataFrameReader;

/**
 * How Parquet files are read of which most rows are wanted: without a look at what Parquet keeps to
 * find some of them, which costs an object store up to four requests a file.
 */
public final class WholeFiles {

  private static final List<String> FILTERS = List.of("dictionary", "columnindex", "bloom");

  private WholeFiles() {}

  /** Sets a reader so. */
  public static DataFrameReader with(DataFrameReader reader) {
    FILTERS.forEach(filter -> reader.option("parquet.filter." + filter + ".enabled", "false"));
    return reader;
  }
}
