package io.shardsum.signing;

import io.shardsum.tables.FinishedScan;
import io.shardsum.tables.ScanTable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * What a scan has in a table, whatever files it lies in: jobs/retention --compact may write other
 * ones. The digest is the SHA-256 of the digests of all rows ({@link RowDigest}), in hex, sorted,
 * one after the other. Columns are in the order of their names.
 */
record TableDigest(ScanTable table, long rows, String sha256) {

  /** Says how the rows are stored, which --compact may change. */
  private static final String SCHEMA_VERSION = "schema_version";

  /**
   * Reads a table.
   *
   * @param schemaVersion columns that came later are left out
   */
  static TableDigest of(ScanTable table, FinishedScan scan, int schemaVersion) {
    List<String> columns =
        table.columns().stream()
            .filter(column -> column.since() <= schemaVersion)
            .map(ScanTable.Column::name)
            .filter(name -> !name.equals(SCHEMA_VERSION))
            .sorted()
            .toList();
    Dataset<Row> rows =
        scan.rows(table)
            .select(
                columns.stream().map(functions::col).toArray(org.apache.spark.sql.Column[]::new));
    MapFunction<Row, String> digest = RowDigest::of;
    Iterator<String> digests = rows.map(digest, Encoders.STRING()).sort("value").toLocalIterator();
    MessageDigest all = DigestUtils.getSha256Digest();
    long count = 0;
    while (digests.hasNext()) {
      all.update(digests.next().getBytes(StandardCharsets.US_ASCII));
      count++;
    }
    return new TableDigest(table, count, Hex.encodeHexString(all.digest()));
  }
}
