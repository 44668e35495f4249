package io.shardsum.scan.live;

import io.shardsum.fleet.EndpointKind;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.Selector;
import io.shardsum.fleet.ShardFile;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.SqlFile;
import io.shardsum.verdict.RankOfEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Which ranks of running engines are compared with which ranks of their files. */
final class FileComparison {

  private static final StructType PAIRS =
      StructType.fromDDL(
          "engine STRING, rank INT, file_rank INT, roles ARRAY<STRING>, skip ARRAY<STRING>,"
              + " unreported STRING");

  /** Buffers of vLLM's attention are exported, and no parameters. */
  private static final String UNREPORTED_BY_VLLM = "[.]_(k|v|q|prob)_scale$";

  /** Scales of the KV cache carry a mark that keeps them out of SGLang's checksums. */
  private static final String UNREPORTED_BY_SGLANG = "[.](attn|attn_mqa|attn_mha)[.](k|v)_scale$";

  private final Map<String, EngineInventory> files = new HashMap<>();
  private final Set<RankOfEngine> complete = new HashSet<>();
  private final Set<RankOfEngine> paired = new HashSet<>();
  private final List<Row> pairs = new ArrayList<>();

  /**
   * Pairs ranks that both sides know.
   *
   * @param ranks of files
   */
  FileComparison(
      List<EngineInventory> engines, List<RankResult> ranks, List<LiveStage.Landed> live) {
    engines.forEach(engine -> files.put(engine.spec().name(), engine));
    ranks.stream()
        .filter(rank -> rank.checksum().isPresent())
        .forEach(rank -> complete.add(new RankOfEngine(rank.engine(), rank.rank())));
    live.forEach(this::pair);
  }

  private void pair(LiveStage.Landed live) {
    EngineInventory engine = files.get(live.spec().engine());
    if (engine == null) {
      return;
    }
    for (LiveRankResult rank : live.result().ranks()) {
      int fileRank = FileRank.of(engine, rank.rank());
      if (rank.isKnown() && complete.contains(new RankOfEngine(engine.spec().name(), fileRank))) {
        paired.add(new RankOfEngine(rank.engine(), rank.rank()));
        pairs.add(
            RowFactory.create(
                rank.engine(),
                rank.rank(),
                fileRank,
                roles(engine, live.spec()).toArray(new String[0]),
                live.spec().skip().toArray(new String[0]),
                unreported(live.spec().endpoint().kind())));
      }
    }
  }

  private static List<String> roles(EngineInventory engine, LiveSpec spec) {
    Selector selector =
        spec.endpoint().kind() == EndpointKind.VLLM ? Selector.TARGET : spec.endpoint().selector();
    List<String> roles = new ArrayList<>();
    if (selector != Selector.DRAFT) {
      roles.add(ShardFile.TARGET);
    }
    if (selector != Selector.TARGET) {
      engine.spec().drafts().forEach(draft -> roles.add(draft.role()));
    }
    return roles;
  }

  private static String unreported(EndpointKind kind) {
    return switch (kind) {
      case SGLANG -> UNREPORTED_BY_SGLANG;
      case VLLM -> UNREPORTED_BY_VLLM;
    };
  }

  /** Whether files of an engine are in the scan. */
  boolean hasFiles(String engine) {
    return files.containsKey(engine);
  }

  /** Whether a rank of a running engine is compared with a file. */
  boolean covers(String engine, int rank) {
    return paired.contains(new RankOfEngine(engine, rank));
  }

  /**
   * Compares; what seems to differ is looked at a second time, for it may lie in the memory of the
   * CPU. Leaves the views {@code live_pairs} and {@code live_compared}.
   *
   * @param session has the views {@code live_tensors} and {@code file_tensors}
   * @return the rows of {@code sql/live/against_files.sql}
   */
  List<Row> compare(SparkSession session, OffloadedTensors offloaded) {
    session.createDataFrame(pairs, PAIRS).createOrReplaceTempView("live_pairs");
    List<Row> compared = compared(session);
    if (compared.stream().noneMatch(row -> row.getAs("what").equals("OPEN"))) {
      return compared;
    }
    offloaded.completeDigests(session);
    return compared(session);
  }

  private List<Row> compared(SparkSession session) {
    session.sql(SqlFile.text("live/compared")).createOrReplaceTempView("live_compared");
    if (pairs.isEmpty()) {
      return List.of();
    }
    return session.sql(SqlFile.text("live/against_files")).collectAsList();
  }
}
