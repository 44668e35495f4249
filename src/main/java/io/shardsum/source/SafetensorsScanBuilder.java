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
    for (ChunkColumn ofOneChunk :
        List.of(ChunkColumn.DATA, ChunkColumn.DATA_AS_STRING, ChunkColumn.CPU_SUM)) {
      if (options.rows() != RowUnit.CHUNK && columns.contains(ofOneChunk)) {
        throw new IllegalArgumentException(
            "Cannot read %s with rows=%s: expected rows=chunk, where a row is one chunk"
                .formatted(ofOneChunk.columnName(), options.rows().option()));
      }
    }
    return new SafetensorsScan(options, columns);
  }
}
