package io.shardsum.scan;

import static org.apache.spark.sql.functions.broadcast;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * Columns that judging adds to a table.
 *
 * @param keys the columns that both have
 * @param schema the keys, then what is added: null where no row has the key
 */
record AddedColumns(List<String> keys, StructType schema, List<Row> rows) {

  Dataset<Row> addedTo(Dataset<Row> table) {
    Dataset<Row> added = table.sparkSession().createDataFrame(rows, schema);
    Column[] inOrder =
        Stream.concat(
                Arrays.stream(table.columns()),
                Arrays.stream(schema.fieldNames()).skip(keys.size()))
            .map(functions::col)
            .toArray(Column[]::new);
    return table.join(broadcast(added), keys.toArray(String[]::new), "left").select(inOrder);
  }
}
