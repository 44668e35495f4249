package io.shardsum.scan.judge;

import io.shardsum.tables.Query;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.RankOfEngine;
import io.shardsum.verdict.TensorName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** The tensors that are not as they should be, by rank, from all comparisons of one source. */
public final class DifferingTensors {

  private static final StructType NAMES =
      StructType.fromDDL("engine STRING, rank INT, role STRING, tensor STRING");

  private final Map<RankOfEngine, Optional<Set<TensorName>>> names = new HashMap<>();

  /** Takes what a comparison found: names, or empty where they are too many to be known. */
  public void add(Map<RankHolder, Optional<Set<TensorName>>> differing) {
    differing.forEach((holder, of) -> add(new RankOfEngine(holder.engine(), holder.rank()), of));
  }

  /** Takes a tensor of a rank. */
  public void add(String engine, int rank, TensorName tensor) {
    add(new RankOfEngine(engine, rank), Optional.of(Set.of(tensor)));
  }

  private void add(RankOfEngine rank, Optional<Set<TensorName>> more) {
    names.merge(
        rank,
        more.map(HashSet::new),
        (one, other) -> one.flatMap(known -> other.map(added -> union(known, added))));
  }

  private static Set<TensorName> union(Set<TensorName> one, Set<TensorName> other) {
    Set<TensorName> both = new HashSet<>(one);
    both.addAll(other);
    return both;
  }

  /**
   * The parts that patterns left out, of rows with {@code skipped_because}, where that is not null.
   */
  public static List<CoverageCount.Skipped> skipped(List<Row> rows) {
    return rows.stream()
        .filter(row -> row.getAs("skipped_because") != null)
        .map(
            row ->
                new CoverageCount.Skipped(
                    row.getAs("engine"),
                    row.getAs("skipped_because"),
                    row.<Long>getAs("tensors"),
                    row.<Long>getAs("bytes")))
        .toList();
  }

  /**
   * Counts; a rank of which that is not known by tensor is left out.
   *
   * @param tensors the rows of the table that come from this source
   */
  public Map<RankOfEngine, CoverageCount.Amount> count(Dataset<Row> tensors) {
    Map<RankOfEngine, CoverageCount.Amount> amounts = new HashMap<>();
    List<Row> rows = new ArrayList<>();
    names.forEach(
        (rank, known) ->
            known.ifPresent(
                of -> {
                  amounts.put(rank, CoverageCount.Amount.NOTHING);
                  of.forEach(
                      name ->
                          rows.add(
                              RowFactory.create(
                                  rank.engine(), rank.rank(), name.role(), name.tensor())));
                }));
    if (!rows.isEmpty()) {
      SparkSession session = tensors.sparkSession();
      for (Row row :
          Query.of("differing")
              .with("differing_names", session.createDataFrame(rows, NAMES))
              .with("counted_tensors", tensors)
              .in(session)
              .collectAsList()) {
        amounts.put(
            new RankOfEngine(row.getAs("engine"), row.<Integer>getAs("rank")),
            new CoverageCount.Amount(
                row.<Long>getAs("tensors"),
                Optional.ofNullable(row.<Long>getAs("bytes")).orElse(0L)));
      }
    }
    return amounts;
  }
}
