package io.shardsum.testing;

import io.shardsum.tables.ScanTable;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** The rows of one scan, to be compared with those of another scan of the same. */
public final class ScanRows {

  /** What tells one scan from another. */
  private static final Set<String> OF_THE_SCAN =
      Set.of(
          "scan_id",
          "finished_at",
          "canaries",
          "canaries_found",
          "resumed_ranks",
          "resumed_bytes",
          "hosts");

  private ScanRows() {}

  /** As text, without what tells the scan from another. */
  public static List<String> of(SparkSession spark, Path out, ScanTable table, String scanId) {
    return spark
        .read()
        .schema(table.schema().add("scan_date", "string").add("scan_id", "string"))
        .parquet(out.resolve(table.tableName()).toString())
        .where(functions.col("scan_id").equalTo(scanId))
        .select(
            Arrays.stream(table.schema().add("scan_date", "string").fieldNames())
                .filter(name -> !OF_THE_SCAN.contains(name))
                .map(functions::col)
                .toArray(Column[]::new))
        .collectAsList()
        .stream()
        .map(Row::toString)
        .toList();
  }
}
