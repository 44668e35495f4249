package io.shardsum.scan;

import io.shardsum.checksum.WeightDigest;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.EndpointKind;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.Selector;
import io.shardsum.fleet.WeightSource;
import io.shardsum.live.LiveAnswer;
import io.shardsum.live.LiveRank;
import io.shardsum.live.LiveTensor;
import io.shardsum.live.TensorDigest;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** What a running engine said, as rows of the tables. */
final class LiveRows {

  static final StructType TENSORS =
      StructType.fromDDL(
          "engine STRING, source STRING, rank INT, role STRING, tensor STRING, key STRING,"
              + " status STRING, reason STRING, checksum STRING, sha256 STRING, host STRING");

  static final StructType RANKS =
      StructType.fromDDL(
          "engine STRING, source STRING, rank INT, tp_rank INT, tp_size INT, pp_rank INT,"
              + " pp_size INT, dp_rank INT, dp_size INT, digest STRING, status STRING, checksum STRING,"
              + " tensors BIGINT, skipped BIGINT, reason STRING, reported STRING");

  static final StructType ENGINES =
      StructType.fromDDL(
          "engine STRING, source STRING, model STRING, revision STRING, comparison_group STRING,"
              + " digest STRING, expected_ranks INT, hashed_ranks INT, missing_ranks INT, status STRING,"
              + " checksum STRING, reported STRING, host STRING, engine_version STRING,"
              + " fetched_at TIMESTAMP, other_fields STRING");

  static final String HASHED = "HASHED";
  static final String SKIPPED = "SKIPPED";
  static final String NOT_CHECKED = "NOT_CHECKED";

  private static final String LIVE = WeightSource.LIVE.name();
  private static final String OF_NOTHING =
      "the digest of zero bytes, and no file shows that the tensor is empty";

  private final LiveAnswer answer;
  private final LiveSpec spec;
  private final String host;
  private final KnownEmpty empty;

  LiveRows(LiveAnswer answer, KnownEmpty empty) {
    this.answer = answer;
    this.spec = answer.spec();
    this.host = spec.endpoint().at().shown();
    this.empty = empty;
  }

  /** Engines that are asked in the same way, and whose files would be compared. */
  static String group(LiveSpec spec) {
    return "%s live %s %s"
        .formatted(spec.group(), spec.endpoint().kind().word(), spec.endpoint().selector().word());
  }

  List<Row> tensors() {
    List<Row> rows = new ArrayList<>();
    for (LiveRank rank : answer.ranks()) {
      for (LiveTensor tensor : rank.tensors()) {
        rows.add(row(rank, tensor));
      }
    }
    return rows;
  }

  private Row row(LiveRank rank, LiveTensor tensor) {
    Optional<String> reason = reason(rank, tensor);
    boolean hashed = reason.isEmpty();
    boolean sha256 = answer.digest() == TensorDigest.SHA256;
    return RowFactory.create(
        spec.engine(),
        LIVE,
        rank.rank(),
        tensor.role(),
        tensor.tensor(),
        tensor.key(),
        status(rank, tensor),
        reason.orElse(null),
        hashed && !sha256 ? tensor.checksum() : null,
        hashed && sha256 ? tensor.checksum() : null,
        host);
  }

  private String status(LiveRank rank, LiveTensor tensor) {
    if (whySkipped(tensor).isPresent()) {
      return SKIPPED;
    }
    return isUnchecked(rank, tensor) ? NOT_CHECKED : HASHED;
  }

  private Optional<String> reason(LiveRank rank, LiveTensor tensor) {
    return whySkipped(tensor)
        .or(() -> isUnchecked(rank, tensor) ? Optional.of(OF_NOTHING) : Optional.empty());
  }

  /** Releases before 0.5.23 tell all models, whichever they are asked for. */
  private Optional<String> whySkipped(LiveTensor tensor) {
    Selector selector = spec.endpoint().selector();
    boolean asked = spec.endpoint().kind() == EndpointKind.VLLM || selector.means(tensor.role());
    return asked
        ? skippedBy(tensor).map(pattern -> "name contains " + pattern)
        : Optional.of("not asked for: selector " + selector.word());
  }

  /** Releases before 0.5.23 do not take a list of what to leave out, nor does vLLM. */
  private Optional<String> skippedBy(LiveTensor tensor) {
    boolean leftOutByTheEngine = answer.version().equals(Optional.of("0.5.23 or newer"));
    return leftOutByTheEngine
        ? Optional.empty()
        : spec.skip().stream().filter(tensor.tensor()::contains).findFirst();
  }

  private boolean isUnchecked(LiveRank rank, LiveTensor tensor) {
    return answer.digest().isOfNothing(tensor.checksum())
        && !empty.has(spec.group(), rank.rank() % spec.parallelism().replicaSize(), tensor.key());
  }

  /** The row of the engine and those of its ranks, as they are reported. */
  LiveEngineResult result() {
    List<LiveRankResult> ranks = answer.ranks().stream().map(this::rank).toList();
    boolean complete = ranks.stream().allMatch(rank -> rank.checksum().isPresent());
    return new LiveEngineResult(
        spec.engine(),
        group(spec),
        ranks,
        complete
            ? Optional.of(
                WeightDigest.ofEngine(
                    ranks.stream().map(rank -> rank.checksum().orElseThrow()).toList()))
            : Optional.empty(),
        answer.reported(),
        host,
        answer.version(),
        answer.fetchedAt());
  }

  private LiveRankResult rank(LiveRank rank) {
    Map<String, String> hashed = new HashMap<>();
    long skipped = 0;
    long unchecked = 0;
    for (LiveTensor tensor : rank.tensors()) {
      switch (status(rank, tensor)) {
        case SKIPPED -> skipped++;
        case NOT_CHECKED -> unchecked++;
        default -> hashed.put(tensor.key(), tensor.checksum());
      }
    }
    boolean complete = rank.isKnown() && unchecked == 0;
    String known = complete ? LiveRankResult.COMPLETE : LiveRankResult.PARTIAL;
    String ofPart = "%s of %s tensors: %s".formatted(unchecked, rank.tensors().size(), OF_NOTHING);
    return new LiveRankResult(
        spec.engine(),
        rank.rank(),
        rank.isKnown() ? known : LiveRankResult.UNKNOWN,
        complete ? Optional.of(WeightDigest.ofRank(hashed)) : Optional.empty(),
        rank.reported(),
        hashed.size(),
        skipped,
        rank.reason().or(() -> complete ? Optional.empty() : Optional.of(ofPart)));
  }

  List<Row> ranks(LiveEngineResult result) {
    List<Row> rows = new ArrayList<>();
    for (LiveRank rank : answer.ranks()) {
      LiveRankResult of = result.ranks().get(rank.rank());
      rows.add(
          RowFactory.create(
              of.engine(),
              LIVE,
              of.rank(),
              rank.tpRank(),
              spec.parallelism().tp(),
              rank.ppRank(),
              spec.parallelism().pp(),
              rank.dpRank(),
              spec.parallelism().dp(),
              digest(),
              of.status(),
              of.checksum().orElse(null),
              of.tensors(),
              of.skipped(),
              of.reason().orElse(null),
              of.reported().orElse(null)));
    }
    return rows;
  }

  /** The word of the algorithm that the digests of ranks and engine are made of. */
  private String digest() {
    return switch (answer.digest()) {
      case SGLANG -> Digest.SGLANG.word();
      case SHA256 -> Digest.SHA256.word();
    };
  }

  Row engine(LiveEngineResult result) {
    return RowFactory.create(
        result.engine(),
        LIVE,
        spec.model().orElse(null),
        spec.revision().orElse(null),
        result.group(),
        digest(),
        result.ranks().size(),
        (int) result.completeRanks(),
        (int) result.unknownRanks(),
        result.checksum().isPresent() ? "COMPLETE" : "INCOMPLETE",
        result.checksum().orElse(null),
        result.reported().orElse(null),
        result.host(),
        result.version().orElse(null),
        Timestamp.from(result.fetchedAt()),
        otherFields());
  }

  private String otherFields() {
    return answer.otherFields().isEmpty() ? null : JsonColumn.of(answer.otherFields());
  }
}
