package io.shardsum.source;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.connector.catalog.SupportsMetadataColumns;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** Files of weights as a table of chunks. */
final class SafetensorsTable implements SupportsRead, SupportsMetadataColumns {

  private final StructType schema;
  private final Map<String, String> tableOptions;

  /**
   * A table.
   *
   * @param tableOptions the options it was loaded or created with; those of a query win over them
   */
  SafetensorsTable(StructType schema, Map<String, String> tableOptions) {
    this.schema = schema;
    this.tableOptions = Map.copyOf(tableOptions);
  }

  @Override
  public String name() {
    return SafetensorsSource.NAME;
  }

  @Override
  @SuppressWarnings("deprecation") // columns() falls back to this, and is no shorter to give
  public StructType schema() {
    return schema;
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.BATCH_READ);
  }

  @Override
  public MetadataColumn[] metadataColumns() {
    return Arrays.stream(ChunkColumn.values())
        .filter(ChunkColumn::isMetadata)
        .map(HiddenColumn::new)
        .toArray(MetadataColumn[]::new);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    options.keySet().forEach(ReadOptions::checkKnown);
    Map<String, String> merged = new HashMap<>(new CaseInsensitiveStringMap(tableOptions));
    merged.putAll(options);
    ReadOptions parsed = ReadOptions.parse(new CaseInsensitiveStringMap(merged));
    if (parsed.onError() == OnError.REPORT
        && !List.of(schema.fieldNames()).contains(ChunkColumn.ERROR.columnName())) {
      throw new IllegalArgumentException(
          "Invalid option on-error: expected fail, as the table has no column error, found report");
    }
    return new SafetensorsScanBuilder(parsed.withFiles(), schema);
  }

  private record HiddenColumn(ChunkColumn column) implements MetadataColumn {
    @Override
    public String name() {
      return column.columnName();
    }

    @Override
    public DataType dataType() {
      return column.dataType();
    }
  }
}
