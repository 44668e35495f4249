package io.shardsum.tables;

import java.util.Collection;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** A row that is made by the names of its columns; those without a value are null. */
public final class NamedRow {

  private final StructType schema;
  private final Object[] values;

  private NamedRow(StructType schema) {
    this.schema = schema;
    this.values = new Object[schema.size()];
  }

  /** A row without values. */
  public static NamedRow of(StructType schema) {
    return new NamedRow(schema);
  }

  /**
   * Sets a value.
   *
   * @param value null is allowed; of an optional what is in it, of a collection an array
   * @throws IllegalArgumentException if there is no such column
   */
  public NamedRow with(String column, Object value) {
    values[schema.fieldIndex(column)] = plain(value);
    return this;
  }

  private static Object plain(Object value) {
    if (value instanceof Optional<?> optional) {
      return plain(optional.orElse(null));
    }
    return value instanceof Collection<?> collection ? collection.toArray() : value;
  }

  /** The row. */
  public Row row() {
    return RowFactory.create(values.clone());
  }
}
