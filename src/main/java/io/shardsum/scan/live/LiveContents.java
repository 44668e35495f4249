package io.shardsum.scan.live;

import io.shardsum.checksum.WeightDigest;
import io.shardsum.scan.judge.BlamedFiles;
import io.shardsum.tables.Query;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.RankOfEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * What running engines hold, as far as it is compared with other running engines: a copy of which
 * more is known, or nothing, has no say.
 */
final class LiveContents {

  private static final StructType PLACES =
      StructType.fromDDL("engine STRING, rank INT, label STRING, place INT");

  private static final StructType SILENT =
      StructType.fromDDL(
          "label STRING, place INT, engine STRING, rank INT, key STRING, why STRING");

  private static final StructType REFERENCED = StructType.fromDDL("label STRING");

  private final List<LiveSource.Landed> live;
  private final SparkSession session;
  private final Dataset<Row> liveTensors;
  private final FileComparison files;
  private final boolean allEqual;
  private final Dataset<Row> silent;
  private final Dataset<Row> tensors;

  private LiveContents(
      List<LiveSource.Landed> live,
      Dataset<Row> liveTensors,
      FileComparison files,
      BlamedFiles blamed) {
    this.live = live;
    this.session = liveTensors.sparkSession();
    this.liveTensors = liveTensors;
    this.files = files;
    this.allEqual = areAllEqual(live);
    this.silent = allEqual ? session.createDataFrame(List.of(), SILENT) : silent(blamed);
    this.tensors =
        Query.of("live/contents")
            .with("live_tensors", liveTensors)
            .with("live_places", ranksInReplica())
            .with("live_silent", silent)
            .with("live_compared", files.compared())
            .in(session);
  }

  /**
   * Finds what is compared.
   *
   * @param files how the engines compare with their files
   * @param blamed files that are not known to be right
   */
  static LiveContents of(
      List<LiveSource.Landed> live,
      Dataset<Row> liveTensors,
      FileComparison files,
      BlamedFiles blamed) {
    if (!areAllEqual(live)) {
      files.keep();
    }
    return new LiveContents(live, liveTensors, files, blamed);
  }

  /** The rank in its replica. */
  static int rankInReplicaOf(LiveSource.Landed engine, int rank) {
    return engine.spec().parallelism().rankInReplica(rank);
  }

  private static boolean areAllEqual(List<LiveSource.Landed> live) {
    Map<List<Object>, String> first = new HashMap<>();
    for (LiveSource.Landed engine : live) {
      for (RankResult rank : engine.ranks()) {
        if (rank.checksum().isPresent()) {
          List<Object> rankInReplica =
              List.of(engine.result().group(), rankInReplicaOf(engine, rank.rank()));
          String other = first.putIfAbsent(rankInReplica, rank.checksum().get());
          if (other != null && !other.equals(rank.checksum().get())) {
            return false;
          }
        } else if (rank.isKnown()) {
          return false;
        }
      }
    }
    return true;
  }

  private Dataset<Row> ranksInReplica() {
    List<Row> ranksInReplica = new ArrayList<>();
    for (LiveSource.Landed engine : live) {
      for (RankResult rank : engine.ranks()) {
        ranksInReplica.add(
            RowFactory.create(
                rank.engine(),
                rank.rank(),
                engine.result().group(),
                rankInReplicaOf(engine, rank.rank())));
      }
    }
    return session.createDataFrame(ranksInReplica, PLACES);
  }

  /** Kept where it was computed, for it is asked for many times. */
  private Dataset<Row> silent(BlamedFiles blamed) {
    return Query.of("live/silent")
        .with("live_tensors", liveTensors)
        .with("live_places", ranksInReplica())
        .with("live_compared", files.compared())
        .with("live_pairs", files.pairs())
        .with("blamed_files", session.createDataFrame(blamed.rows(), BlamedFiles.ROWS))
        .in(session)
        .localCheckpoint();
  }

  /** The rows of {@code sql/live/contents.sql}. */
  Dataset<Row> tensors() {
    return tensors;
  }

  /** The rows of {@code sql/live/left_out.sql}. */
  Dataset<Row> leftOut() {
    return Query.of("live/left_out")
        .with("live_tensors", liveTensors)
        .with("live_places", ranksInReplica())
        .in(session);
  }

  /**
   * What engines without files do not report, or alone report.
   *
   * @param referenced the groups that are compared with a checkpoint
   */
  List<Finding> unreported(Set<String> referenced) {
    List<Finding> findings = new ArrayList<>();
    if (!allEqual) {
      findings.addAll(
          LiveFindings.unreported(
              Query.of("live/unreported")
                  .with("live_silent", silent)
                  .with("live_pairs", files.pairs())
                  .in(session)
                  .collectAsList()));
    }
    if (!allEqual || !referenced.isEmpty()) {
      List<Row> labels = referenced.stream().map(RowFactory::create).toList();
      findings.addAll(
          LiveFindings.unreported(
              Query.of("live/left_out_alone")
                  .with("live_tensors", liveTensors)
                  .with("live_places", ranksInReplica())
                  .with("live_pairs", files.pairs())
                  .with("live_silent", silent)
                  .with("referenced", session.createDataFrame(labels, REFERENCED))
                  .in(session)
                  .collectAsList()));
    }
    return findings;
  }

  /** Of every rank that is known: over what can be compared, which is usually all of it. */
  Map<RankOfEngine, String> digests() {
    Map<RankOfEngine, String> digests = new HashMap<>();
    String ofNothing = WeightDigest.ofRank(Map.of());
    for (LiveSource.Landed engine : live) {
      for (RankResult rank : engine.ranks()) {
        if (rank.isKnown()) {
          digests.put(
              new RankOfEngine(rank.engine(), rank.rank()),
              allEqual ? rank.checksum().orElseThrow() : ofNothing);
        }
      }
    }
    if (!allEqual) {
      for (Row row :
          Query.of("live/digests").with("live_contents", tensors).in(session).collectAsList()) {
        digests.put(
            new RankOfEngine(row.getAs("engine"), row.<Integer>getAs("rank")),
            row.getAs("checksum"));
      }
    }
    return digests;
  }
}
