package io.shardsum.scan.files;

import io.shardsum.fleet.Inventory;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.NamedJobs;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.SqlStage;
import io.shardsum.verdict.RankOfEngine;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The tensors of files merged into ranks, and these, in their order, into engines.
 *
 * @param rankRows the rows of the table {@code ranks} that come from files
 * @param engineRows the rows of the table {@code engines} that come from files
 */
public record FileReduction(
    List<RankResult> ranks,
    List<EngineResult> engines,
    Dataset<Row> rankRows,
    Dataset<Row> engineRows) {

  /**
   * Reduces.
   *
   * @param tensors the rows of the table that come from files
   * @param unread why nothing is known of some ranks, though their files are there
   * @param plans takes note of what is executed
   */
  public static FileReduction of(
      SparkSession session,
      Inventory inventory,
      Dataset<Row> tensors,
      Map<RankOfEngine, String> unread,
      AcceleratedPlans plans) {
    return NamedJobs.named(
        session,
        "merge tensors into ranks, and ranks into engines",
        () -> reduced(session, inventory, tensors, unread, plans));
  }

  private static FileReduction reduced(
      SparkSession session,
      Inventory inventory,
      Dataset<Row> tensors,
      Map<RankOfEngine, String> unread,
      AcceleratedPlans plans) {
    Dataset<Row> expectedRanks =
        session.createDataFrame(
            ScanViews.expectedRanks(inventory, unread), ScanViews.EXPECTED_RANKS);
    Dataset<Row> ofRanks =
        SqlStage.RANKS
            .query()
            .with("tensors", tensors)
            .with("expected_ranks", expectedRanks)
            .in(session);
    StructType schema = ofRanks.schema();
    List<Row> ranks = NamesTwice.named(tensors, collected(SqlStage.RANKS, ofRanks, plans), schema);
    Dataset<Row> rankRows = session.createDataFrame(ranks, schema);
    Dataset<Row> ofEngines =
        SqlStage.ENGINES
            .query()
            .with("ranks", rankRows)
            .with(
                "expected_engines",
                session.createDataFrame(
                    ScanViews.expectedEngines(inventory), ScanViews.EXPECTED_ENGINES))
            .in(session);
    List<Row> engines = collected(SqlStage.ENGINES, ofEngines, plans);
    return new FileReduction(
        ranks.stream().map(RankResult::of).toList(),
        engines.stream().map(EngineResult::of).toList(),
        rankRows,
        session.createDataFrame(engines, ofEngines.schema()));
  }

  private static List<Row> collected(SqlStage stage, Dataset<Row> rows, AcceleratedPlans plans) {
    List<Row> collected = rows.collectAsList();
    plans.add(stage, rows);
    return collected;
  }
}
