package io.shardsum.scan.files;

import io.shardsum.scan.plan.PlannedFile;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Rows of the table {@code tensors} for files that are not read in this scan: they are known from
 * before. They land as a wave, ahead of those that are read.
 *
 * @param files whose rows they are: files of the scan, and no others
 * @param rows in the schema of the table; evaluated once
 */
public record KeptRows(List<PlannedFile> files, Dataset<Row> rows) {

  /** None. */
  public static final KeptRows NONE = new KeptRows(List.of(), null);

  /** Copies the list. */
  public KeptRows {
    files = List.copyOf(files);
  }

  boolean isEmpty() {
    return files.isEmpty();
  }
}
