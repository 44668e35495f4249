package io.shardsum.scan.live;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;

import io.shardsum.fleet.EndpointKind;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.Selector;
import io.shardsum.fleet.ShardFile;
import io.shardsum.tables.Query;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.RankOfEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Running engines compared with their own files, rank by rank where both sides are known. */
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
  private final SparkSession session;
  private final Dataset<Row> liveTensors;
  private Dataset<Row> fileTensors;
  private Dataset<Row> compared;
  private List<Row> rows = List.of();
  private List<SecondDigest> again = List.of();
  private final Set<TensorOfRank> readOnce = new HashSet<>();

  /** A tensor in the files of a rank. */
  record TensorOfRank(RankHolder rank, String key) {}

  private FileComparison(
      List<EngineInventory> engines,
      List<RankResult> ranks,
      List<LiveSource.Landed> live,
      Dataset<Row> liveTensors,
      Dataset<Row> fileTensors) {
    this.session = liveTensors.sparkSession();
    this.liveTensors = liveTensors;
    this.fileTensors = fileTensors;
    engines.forEach(engine -> files.put(engine.spec().name(), engine));
    ranks.stream()
        .filter(rank -> rank.checksum().isPresent())
        .forEach(rank -> complete.add(new RankOfEngine(rank.engine(), rank.rank())));
    live.forEach(this::pair);
  }

  /**
   * Compares the ranks that both sides know; what seems to differ is read a second time, for it may
   * lie in the memory of the CPU, or have been misread.
   *
   * @param ranks of files
   */
  static FileComparison of(
      List<EngineInventory> engines,
      List<RankResult> ranks,
      List<LiveSource.Landed> live,
      Dataset<Row> liveTensors,
      Dataset<Row> fileTensors,
      SecondDigests second) {
    FileComparison comparison = new FileComparison(engines, ranks, live, liveTensors, fileTensors);
    comparison.compare();
    if (comparison.has("OPEN", "DIFFERS")) {
      comparison.readAgain(second);
      comparison.compare();
    }
    return comparison;
  }

  private void readAgain(SecondDigests second) {
    List<Row> suspects =
        Query.of("live/suspects")
            .with("live_compared", compared)
            .with("file_tensors", fileTensors)
            .in(session)
            .collectAsList();
    int affordable = second.affordable(suspects);
    again = second.read(suspects.subList(0, affordable), session);
    suspects.subList(affordable, suspects.size()).forEach(left -> readOnce.add(tensor(left)));
    fileTensors = withSecondSha256();
  }

  private static TensorOfRank tensor(Row suspect) {
    return new TensorOfRank(
        RankHolder.now(suspect.getAs("engine"), suspect.<Integer>getAs("rank")),
        suspect.getAs("key"));
  }

  /** The tensors of files, with the SHA-256 also of those that were read again with it. */
  private Dataset<Row> withSecondSha256() {
    List<Row> second = again.stream().filter(SecondDigest::isSame).map(SecondDigest::row).toList();
    return fileTensors
        .as("f")
        .join(
            session.createDataFrame(second, SecondDigest.ROWS).as("s"),
            col("f.engine")
                .equalTo(col("s.engine"))
                .and(col("f.rank").equalTo(col("s.rank")))
                .and(col("f.key").equalTo(col("s.key"))),
            "left")
        .select(col("f.*"), coalesce(col("f.sha256"), col("s.sha256")).as("either_sha256"))
        .drop("sha256")
        .withColumnRenamed("either_sha256", "sha256");
  }

  private void pair(LiveSource.Landed live) {
    EngineInventory engine = files.get(live.spec().engine());
    if (engine == null) {
      return;
    }
    for (RankResult rank : live.ranks()) {
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

  private void compare() {
    compared = bound("live/compared");
    rows =
        pairs.isEmpty()
            ? List.of()
            : Query.of("live/against_files")
                .with("live_compared", compared)
                .in(session)
                .collectAsList();
  }

  private Dataset<Row> bound(String query) {
    return Query.of(query)
        .with("live_tensors", liveTensors)
        .with("file_tensors", fileTensors)
        .with("live_pairs", pairs())
        .in(session);
  }

  /** Which ranks are compared with which, as {@code live_pairs} of the SQL files. */
  Dataset<Row> pairs() {
    return session.createDataFrame(pairs, PAIRS);
  }

  /** The rows of {@code sql/live/compared.sql}. */
  Dataset<Row> compared() {
    return compared;
  }

  /** Computes these rows once: they are asked for many times. */
  void keep() {
    compared = compared.localCheckpoint();
  }

  /** The tensors of files, with the SHA-256 of those that were looked at a second time. */
  Dataset<Row> fileTensors() {
    return fileTensors;
  }

  /** The rows of {@code sql/live/against_files.sql}. */
  List<Row> rows() {
    return rows;
  }

  /** What second readings of tensors gave. */
  List<SecondDigest> again() {
    return again;
  }

  /** The tensors that differ, and of which the limits allow no second reading. */
  Set<TensorOfRank> readOnce() {
    return readOnce;
  }

  /** The ranks of files that lack a name that their engine has. */
  Set<RankHolder> withOtherNames() {
    Set<RankHolder> ranks = new HashSet<>();
    for (Row row : rows) {
      if (row.getAs("what").equals("ENGINE_ONLY")) {
        List<Row> first = row.getList(row.fieldIndex("first"));
        ranks.add(RankHolder.now(row.getAs("engine"), first.get(0).<Integer>getAs("file_rank")));
      }
    }
    return ranks;
  }

  /** Whether any tensor differs from its file, or has none. */
  boolean findsDifferences() {
    return has("DIFFERS", "ENGINE_ONLY");
  }

  private boolean has(String... whats) {
    return rows.stream().anyMatch(row -> List.of(whats).contains(row.<String>getAs("what")));
  }
}
