package io.shardsum.source;

import java.util.List;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.types.StructType;

/** Takes the columns that a query needs; what is not needed is not read. */
final class SafetensorsScanBuilder implements ScanBuilder, SupportsPushDownRequiredColumns {

  private final ReadOptions options;
  private StructType required;

  SafetensorsScanBuilder(ReadOptions options, StructType schema) {
    this.options = options;
    this.required = schema;
  }

  @Override
  public void pruneColumns(StructType requiredSchema) {
    required = requiredSchema;
  }

  @Override
  public Scan build() {
    List<ChunkColumn> columns = ChunkColumn.of(required);
    if (columns.contains(ChunkColumn.DATA)) {
      requireOneChunkAtATime();
    }
    return new SafetensorsScan(options, columns);
  }

  private void requireOneChunkAtATime() {
    if (options.rows() != RowUnit.CHUNK) {
      throw new IllegalArgumentException(
          "Cannot read data with rows=%s: expected rows=chunk, where a row is one chunk"
              .formatted(options.rows().option()));
    }
    if (options.sumsOnGpu()) {
      throw new IllegalArgumentException(
          "Cannot read data with sums=gpu: expected sums=cpu, which hands out a chunk at a time");
    }
  }
}
