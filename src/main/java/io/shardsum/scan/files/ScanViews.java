package io.shardsum.scan.files;

import io.shardsum.fleet.Digest;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.Parallelism;
import io.shardsum.fleet.RankInventory;
import io.shardsum.fleet.RankState;
import io.shardsum.fleet.ShardFile;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.tables.JsonColumn;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.RankOfEngine;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The inventory as rows: what should be there, as the SQL stages join it. */
public final class ScanViews {

  private static final String NOT_CHECKED = FindingKind.NOT_CHECKED.name();

  static final StructType FILES =
      StructType.fromDDL(
          "file_index INT, engine STRING, rank INT, role STRING, file STRING,"
              + " file_modified_at TIMESTAMP");

  public static final StructType EXPECTED_RANKS =
      StructType.fromDDL(
          "engine STRING, rank INT, tp_rank INT, tp_size INT, pp_rank INT, pp_size INT,"
              + " dp_rank INT, dp_size INT, digest STRING, state STRING, reason STRING, files INT,"
              + " storages STRING");

  public static final StructType EXPECTED_ENGINES =
      StructType.fromDDL(
          "engine STRING, model STRING, revision STRING, comparison_group STRING,"
              + " digest STRING, expected_ranks INT, hashing STRING, storages STRING");

  private ScanViews() {}

  /** The files in the order in which they are numbered; a canary is of no engine. */
  static List<Row> files(List<PlannedFile> files) {
    List<Row> rows = new ArrayList<>(files.size());
    for (PlannedFile planned : files) {
      ShardFile file = planned.file();
      rows.add(
          RowFactory.create(
              rows.size(),
              planned.engine().orElse(null),
              planned.rank(),
              file.role(),
              file.path(),
              new Timestamp(file.listed().modifiedAtMillis())));
    }
    return rows;
  }

  /**
   * The expected ranks.
   *
   * @param notChecked why some of them are not, whatever their files hold
   */
  public static List<Row> expectedRanks(Inventory inventory, Map<RankOfEngine, String> notChecked) {
    List<Row> rows = new ArrayList<>();
    for (EngineInventory engine : inventory.engines()) {
      Parallelism sizes = engine.spec().parallelism();
      for (RankInventory rank : engine.ranks()) {
        Optional<String> reason =
            Optional.ofNullable(
                notChecked.get(new RankOfEngine(engine.spec().name(), rank.rank())));
        rows.add(
            RowFactory.create(
                engine.spec().name(),
                rank.rank(),
                rank.tpRank(),
                sizes.tp(),
                rank.ppRank(),
                sizes.pp(),
                rank.dpRank(),
                sizes.dp(),
                mergedBy(engine).word(),
                reason.isPresent() ? NOT_CHECKED : rank.state().name(),
                reason.orElse(rank.reason()),
                rank.state() == RankState.FOUND ? rank.files().size() : 0,
                JsonColumn.of(engine.storages(rank))));
      }
    }
    return rows;
  }

  public static List<Row> expectedEngines(Inventory inventory) {
    return inventory.engines().stream()
        .map(
            engine ->
                RowFactory.create(
                    engine.spec().name(),
                    engine.spec().model().orElse(null),
                    engine.spec().revision().orElse(null),
                    engine.group(),
                    mergedBy(engine).word(),
                    engine.expectedRanks(),
                    engine.hashing(),
                    JsonColumn.of(engine.storages())))
        .toList();
  }

  /** Of which digests those of ranks are made: of SHA-256 only where there are no others. */
  private static Digest mergedBy(EngineInventory engine) {
    return switch (engine.spec().digest()) {
      case SGLANG, BOTH -> Digest.SGLANG;
      case SHA256 -> Digest.SHA256;
    };
  }
}
