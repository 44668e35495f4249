package io.shardsum.source;

import java.util.Map;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** The data source {@code safetensors}: {@code spark.read().format("safetensors").load(paths)}. */
public final class SafetensorsSource implements TableProvider, DataSourceRegister {

  /** The source's name in {@code format(...)} and {@code USING ...}. */
  public static final String NAME = "safetensors";

  @Override
  public String shortName() {
    return NAME;
  }

  /**
   * The columns. A table's options are looked at no further here: one with a wrong option could not
   * even be dropped. Reading it refuses them.
   */
  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    if (ReadOptions.isOfTheCatalog(options)) {
      boolean reports = OnError.REPORT.option().equals(options.get(ReadOptions.ON_ERROR));
      return ChunkColumn.schema(reports ? OnError.REPORT : OnError.FAIL);
    }
    return ChunkColumn.schema(ReadOptions.parse(options).onError());
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    return new SafetensorsTable(schema, properties);
  }
}
