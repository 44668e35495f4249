package io.shardsum.scan;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.lit;

import io.shardsum.fleet.WeightSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of the table {@code ranks} that say how much of a rank differs: {@code
 * different_tensors} and {@code different_bytes}, null where nothing does, or that is not known.
 */
final class DifferingColumns {

  private static final String TENSORS = "different_tensors";
  private static final String BYTES = "different_bytes";
  private static final StructType ROWS =
      StructType.fromDDL(
          "engine STRING, source STRING, rank INT, different_tensors BIGINT, different_bytes BIGINT");

  private final List<Row> rows = new ArrayList<>();

  DifferingColumns(
      Map<RankOfEngine, DifferingTensors.Amount> ofFiles,
      Map<RankOfEngine, DifferingTensors.Amount> ofRunning) {
    add(WeightSource.FILES, ofFiles);
    add(WeightSource.LIVE, ofRunning);
  }

  private void add(WeightSource source, Map<RankOfEngine, DifferingTensors.Amount> amounts) {
    amounts.forEach(
        (rank, amount) ->
            rows.add(
                RowFactory.create(
                    rank.engine(), source.name(), rank.rank(), amount.tensors(), amount.bytes())));
  }

  /** The rows of the table with these columns. */
  Dataset<Row> addedTo(Dataset<Row> ranks) {
    if (rows.isEmpty()) {
      return ranks
          .withColumn(TENSORS, lit(null).cast(DataTypes.LongType))
          .withColumn(BYTES, lit(null).cast(DataTypes.LongType));
    }
    Dataset<Row> differing = ranks.sparkSession().createDataFrame(rows, ROWS);
    Column[] inOrder =
        Stream.concat(Arrays.stream(ranks.columns()), Stream.of(TENSORS, BYTES))
            .map(functions::col)
            .toArray(Column[]::new);
    return ranks
        .join(broadcast(differing), new String[] {"engine", "source", "rank"}, "left")
        .select(inOrder);
  }
}
