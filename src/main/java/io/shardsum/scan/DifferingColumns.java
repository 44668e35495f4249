package io.shardsum.scan;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.judge.SourceResult;
import io.shardsum.tables.NamedRow;
import io.shardsum.tables.ScanTable;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.RankOfEngine;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of the table {@code ranks} that say how much of a rank differs: {@code
 * different_tensors} and {@code different_bytes}, null where nothing does, or that is not known.
 */
final class DifferingColumns {

  private static final List<String> KEYS = List.of("engine", "source", "rank");
  private static final StructType SCHEMA =
      ScanTable.RANKS.schema("engine", "source", "rank", "different_tensors", "different_bytes");

  private DifferingColumns() {}

  static AddedColumns of(List<SourceResult> results) {
    List<Row> rows = new ArrayList<>();
    for (SourceResult result : results) {
      result.differing().forEach((rank, amount) -> rows.add(row(result.source(), rank, amount)));
    }
    return new AddedColumns(KEYS, SCHEMA, rows);
  }

  private static Row row(WeightSource source, RankOfEngine rank, CoverageCount.Amount amount) {
    return NamedRow.of(SCHEMA)
        .with("engine", rank.engine())
        .with("source", source.name())
        .with("rank", rank.rank())
        .with("different_tensors", amount.tensors())
        .with("different_bytes", amount.bytes())
        .row();
  }
}
