package io.shardsum.scan;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.judge.SourceResult;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.RankOfEngine;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of the table {@code ranks} that say how much of a rank differs: {@code
 * different_tensors} and {@code different_bytes}, null where nothing does, or that is not known.
 */
final class DifferingColumns {

  private static final List<String> KEYS = List.of("engine", "source", "rank");
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "engine STRING, source STRING, rank INT, different_tensors BIGINT, different_bytes BIGINT");

  private DifferingColumns() {}

  static AddedColumns of(List<SourceResult> results) {
    List<Row> rows = new ArrayList<>();
    for (SourceResult result : results) {
      result.differing().forEach((rank, amount) -> rows.add(row(result.source(), rank, amount)));
    }
    return new AddedColumns(KEYS, SCHEMA, rows);
  }

  private static Row row(WeightSource source, RankOfEngine rank, CoverageCount.Amount amount) {
    return RowFactory.create(
        rank.engine(), source.name(), rank.rank(), amount.tensors(), amount.bytes());
  }
}
