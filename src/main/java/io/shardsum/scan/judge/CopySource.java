package io.shardsum.scan.judge;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.checkpoint.ExpectedComparison;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.Finding;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Copies of weights from one source, files or running engines: what {@link Judge} compares. What is
 * true of one source is true of all of them; here is only what is not.
 */
public interface CopySource {

  /** Where the copies are. */
  WeightSource source();

  /** Every expected rank. */
  List<RankResult> ranks();

  /** The copies by comparison group, with what of them is compared. */
  List<ComparedGroup> groups();

  /**
   * What is right by declaration and differs: for each rank a group of these copies alone. Without
   * any, each group has one reference at most.
   */
  default List<ComparedGroup> contradictions() {
    return List.of();
  }

  /** The same groups with all that their copies hold, also what no other copy has. */
  default List<ComparedGroup> wholes() {
    return groups();
  }

  /** The rows of the table {@code tensors} that come from this source. */
  Dataset<Row> tensors();

  /**
   * Those of them that are compared, with the columns of {@code sql/live/contents.sql} at least.
   */
  Dataset<Row> compared();

  /** What a checkpoint says that the copies of a group hold, and how it is compared. */
  Optional<ExpectedComparison.Expected> expected(ComparedGroup group);

  /** The tensors that are compared with no checkpoint: {@code label, place, tensor}. */
  Dataset<Row> leftOut();

  /** Reads again what differs; empty where that cannot be done. */
  Optional<SecondReader> secondReader();

  /** Whether a finding of the comparison among copies holds: more may be known of this source. */
  boolean holds(Finding finding);

  /**
   * What is found by other means than a comparison among copies.
   *
   * @param judged the groups as they were compared, with their references
   */
  List<Finding> otherFindings(List<ComparedGroup> judged);

  /** Adds the tensors that are found to differ by other means. */
  void addTo(DifferingTensors differing);

  /** What patterns left out. */
  List<CoverageCount.Skipped> skipped();
}
