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
import io.shardsum.tables.NamedRow;
import io.shardsum.tables.ScanTable;
import io.shardsum.verdict.RankOfEngine;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** The inventory as rows: what should be there, as the SQL stages join it. */
public final class ScanViews {

  static final StructType FILES =
      StructType.fromDDL(
          "file_index INT, engine STRING, rank INT, role STRING, file STRING,"
              + " file_modified_at TIMESTAMP, file_bytes BIGINT, file_identity STRING,"
              + " hashed_at TIMESTAMP");

  public static final StructType EXPECTED_RANKS =
      ScanTable.RANKS
          .schema(
              "engine",
              "rank",
              "tp_rank",
              "tp_size",
              "pp_rank",
              "pp_size",
              "dp_rank",
              "dp_size",
              "digest",
              "reason",
              "storages")
          .add("state", "string")
          .add("files", "int");

  public static final StructType EXPECTED_ENGINES =
      ScanTable.ENGINES.schema(
          "engine",
          "model",
          "revision",
          "comparison_group",
          "digest",
          "expected_ranks",
          "host",
          "hashing",
          "hashed_as",
          "storages");

  private ScanViews() {}

  /**
   * The files in the order in which they are numbered; a canary is of no engine.
   *
   * @param startedAt when the scan began
   */
  static List<Row> files(List<PlannedFile> files, Instant startedAt) {
    List<Row> rows = new ArrayList<>(files.size());
    for (PlannedFile planned : files) {
      ShardFile file = planned.file();
      rows.add(
          NamedRow.of(FILES)
              .with("file_index", rows.size())
              .with("engine", planned.engine())
              .with("rank", planned.rank())
              .with("role", file.role())
              .with("file", file.path())
              .with("file_modified_at", new Timestamp(file.listed().modifiedAtMillis()))
              .with("file_bytes", file.lengthBytes())
              .with("file_identity", file.version().isEmpty() ? null : file.version())
              .with("hashed_at", Timestamp.from(startedAt))
              .row());
    }
    return rows;
  }

  /**
   * The expected ranks.
   *
   * @param unread why nothing is known of some of them, though their files are there
   */
  public static List<Row> expectedRanks(Inventory inventory, Map<RankOfEngine, String> unread) {
    List<Row> rows = new ArrayList<>();
    for (EngineInventory engine : inventory.engines()) {
      Parallelism sizes = engine.spec().parallelism();
      for (RankInventory rank : engine.ranks()) {
        Optional<String> why =
            Optional.ofNullable(unread.get(new RankOfEngine(engine.spec().name(), rank.rank())));
        RankState state = why.isPresent() ? RankState.UNREADABLE : rank.state();
        rows.add(
            NamedRow.of(EXPECTED_RANKS)
                .with("engine", engine.spec().name())
                .with("rank", rank.rank())
                .with("tp_rank", rank.tpRank())
                .with("tp_size", sizes.tp())
                .with("pp_rank", rank.ppRank())
                .with("pp_size", sizes.pp())
                .with("dp_rank", rank.dpRank())
                .with("dp_size", sizes.dp())
                .with("digest", mergedBy(engine).word())
                .with("state", state.name())
                .with("reason", why.orElse(rank.reason()))
                .with("files", state == RankState.FOUND ? rank.files().size() : 0)
                .with("storages", JsonColumn.of(engine.storages(rank)))
                .row());
      }
    }
    return rows;
  }

  public static List<Row> expectedEngines(Inventory inventory) {
    return inventory.engines().stream()
        .map(
            engine ->
                NamedRow.of(EXPECTED_ENGINES)
                    .with("engine", engine.spec().name())
                    .with("model", engine.spec().model())
                    .with("revision", engine.spec().revision())
                    .with("comparison_group", engine.group())
                    .with("digest", mergedBy(engine).word())
                    .with("expected_ranks", engine.expectedRanks())
                    .with("host", engine.hostNames())
                    .with("hashing", engine.hashing())
                    .with("hashed_as", engine.hashedAs())
                    .with("storages", JsonColumn.of(engine.storages()))
                    .row())
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
