package io.shardsum.scan.live;

import io.shardsum.checksum.WeightDigest;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.Endpoint;
import io.shardsum.fleet.EndpointKind;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.Selector;
import io.shardsum.fleet.WeightSource;
import io.shardsum.live.AnsweredRelease;
import io.shardsum.live.LiveAnswer;
import io.shardsum.live.LiveRank;
import io.shardsum.live.LiveTensor;
import io.shardsum.live.TensorDigest;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.JsonColumn;
import io.shardsum.tables.NamedRow;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.TensorStatus;
import io.shardsum.verdict.RankStatus;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;

/** What a running engine said, as rows of the tables. */
final class LiveRows {

  private static final String LIVE = WeightSource.LIVE.name();
  private static final String OF_NOTHING =
      "the digest of zero bytes, and no file shows that the tensor is empty";

  private final LiveAnswer answer;
  private final LiveSpec spec;
  private final String host;
  private final KnownEmpty empty;
  private final PairedWeights paired;

  LiveRows(LiveAnswer answer, KnownEmpty empty, PairedWeights paired) {
    this.answer = answer;
    this.spec = answer.spec();
    this.host = spec.endpoint().at().shown();
    this.empty = empty;
    this.paired = paired;
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
    TensorStatus status = status(rank, tensor);
    boolean hashed = status == TensorStatus.HASHED;
    boolean sha256 = answer.digest() == TensorDigest.SHA256;
    return NamedRow.of(ScanTable.TENSORS.schema())
        .with("engine", spec.engine())
        .with("source", LIVE)
        .with("rank", rank.rank())
        .with("role", tensor.role())
        .with("tensor", tensor.tensor())
        .with("key", tensor.key())
        .with("status", status.name())
        .with("reason", reason(rank, tensor, status))
        .with("checksum", hashed && !sha256 ? tensor.checksum() : null)
        .with("sha256", hashed && sha256 ? tensor.checksum() : null)
        .with("host", host)
        .row();
  }

  private TensorStatus status(LiveRank rank, LiveTensor tensor) {
    if (whySkipped(rank, tensor).isPresent()) {
      return TensorStatus.SKIPPED;
    }
    return isUnchecked(rank, tensor) ? TensorStatus.NOT_CHECKED : TensorStatus.HASHED;
  }

  private Optional<String> reason(LiveRank rank, LiveTensor tensor, TensorStatus status) {
    return switch (status) {
      case SKIPPED -> whySkipped(rank, tensor);
      case NOT_CHECKED -> Optional.of(OF_NOTHING);
      default -> leftOutByTheProfile(tensor);
    };
  }

  /** Releases before 0.5.23 report all models, whichever they are asked for. */
  private Optional<String> whySkipped(LiveRank rank, LiveTensor tensor) {
    Selector selector = spec.endpoint().selector();
    boolean asked = spec.endpoint().kind() == EndpointKind.VLLM || selector.means(tensor.role());
    return asked
        ? skippedBy(rank, tensor).map(LiveRows::becauseOf)
        : Optional.of("not asked for: selector " + selector.word());
  }

  /** As the files of tensors say it. */
  private static String becauseOf(String pattern) {
    return "name contains " + pattern;
  }

  /** Releases before 0.5.23 do not take a list of what to leave out, nor does vLLM. */
  private Optional<String> skippedBy(LiveRank rank, LiveTensor tensor) {
    Optional<String> pattern = containedIn(tensor, spec.skip());
    return pattern.isPresent() && isPaired(rank, tensor) ? Optional.empty() : pattern;
  }

  /**
   * Whether a block-quantized weight, of which engines report the checksum whatever they are asked
   * to skip. Where no file shows it, it is one if the engine lists it although it was asked.
   */
  private boolean isPaired(LiveRank rank, LiveTensor tensor) {
    if (paired.knows(spec.engine())) {
      return paired.has(spec.engine(), rank.rank(), tensor.key());
    }
    return spec.endpoint().at() instanceof Endpoint.Server
        && answer.release().equals(Optional.of(AnsweredRelease.SGLANG_0_5_23))
        && tensor.tensor().endsWith("weight");
  }

  /** Engines of the profile's release do not report it, and files are not hashed for it. */
  private Optional<String> leftOutByTheProfile(LiveTensor tensor) {
    return containedIn(tensor, spec.profile().patterns())
        .map(
            pattern ->
                "left out by profile %s: name contains %s"
                    .formatted(spec.profile().name(), pattern));
  }

  private static Optional<String> containedIn(LiveTensor tensor, List<String> patterns) {
    return patterns.stream().filter(tensor.tensor()::contains).findFirst();
  }

  private boolean isUnchecked(LiveRank rank, LiveTensor tensor) {
    return answer.digest().isOfNothing(tensor.checksum())
        && !empty.has(spec.group(), spec.parallelism().rankInReplica(rank.rank()), tensor.key());
  }

  /** The engine's ranks, as they are reported. */
  List<RankResult> ranks() {
    return answer.ranks().stream().map(this::rank).toList();
  }

  /** The engine, as far as its ranks are known. */
  EngineResult engine(List<RankResult> ranks) {
    List<String> checksums =
        ranks.stream().map(RankResult::checksum).flatMap(Optional::stream).toList();
    return new EngineResult(
        WeightSource.LIVE,
        spec.engine(),
        spec.model(),
        spec.revision(),
        group(spec),
        ranks.size(),
        checksums.size(),
        (int) ranks.stream().filter(rank -> !rank.isKnown()).count(),
        checksums.size() == ranks.size()
            ? Optional.of(WeightDigest.ofEngine(checksums))
            : Optional.empty(),
        answer.reported(),
        Optional.empty(),
        0,
        Optional.of(host),
        answer.release().map(AnsweredRelease::shown),
        Optional.of(answer.fetchedAt()));
  }

  private RankResult rank(LiveRank rank) {
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
    Optional<String> partial = whyPartial(rank.tensors().size(), unchecked, hashed.size());
    Optional<String> reason = rank.reason().or(() -> partial);
    RankStatus known = reason.isEmpty() ? RankStatus.COMPLETE : RankStatus.PARTIAL;
    return new RankResult(
        WeightSource.LIVE,
        spec.engine(),
        rank.rank(),
        rank.isKnown() ? known : RankStatus.UNKNOWN,
        reason.isEmpty() ? Optional.of(WeightDigest.ofRank(hashed)) : Optional.empty(),
        rank.reported(),
        hashed.size(),
        skipped,
        0,
        reason,
        0,
        Optional.empty());
  }

  private static Optional<String> whyPartial(int tensors, long unchecked, int hashed) {
    if (unchecked > 0) {
      return Optional.of("%s of %s tensors: %s".formatted(unchecked, tensors, OF_NOTHING));
    }
    return hashed > 0
        ? Optional.empty()
        : Optional.of("%s of %s tensors are skipped: nothing is left".formatted(tensors, tensors));
  }

  /** The rows of the table {@code ranks}. */
  List<Row> rows(List<RankResult> ranks) {
    List<Row> rows = new ArrayList<>();
    for (LiveRank rank : answer.ranks()) {
      RankResult of = ranks.get(rank.rank());
      rows.add(
          NamedRow.of(ScanTable.RANKS.schema())
              .with("engine", of.engine())
              .with("source", LIVE)
              .with("rank", of.rank())
              .with("tp_rank", rank.tpRank())
              .with("tp_size", spec.parallelism().tp())
              .with("pp_rank", rank.ppRank())
              .with("pp_size", spec.parallelism().pp())
              .with("dp_rank", rank.dpRank())
              .with("dp_size", spec.parallelism().dp())
              .with("digest", digest())
              .with("status", of.status().name())
              .with("checksum", of.checksum())
              .with("tensors", of.tensors())
              .with("skipped", of.skipped())
              .with("reason", of.reason())
              .with("reported", of.reported())
              .row());
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

  /** The row of the table {@code engines}. */
  Row row(EngineResult engine) {
    return NamedRow.of(ScanTable.ENGINES.schema())
        .with("engine", engine.engine())
        .with("source", LIVE)
        .with("model", engine.model())
        .with("revision", engine.revision())
        .with("comparison_group", engine.group())
        .with("digest", digest())
        .with("expected_ranks", engine.expectedRanks())
        .with("hashed_ranks", engine.hashedRanks())
        .with("missing_ranks", engine.missingRanks())
        .with("status", engine.status().name())
        .with("checksum", engine.checksum())
        .with("reported", engine.reported())
        .with("host", host)
        .with("engine_version", engine.version())
        .with("fetched_at", Timestamp.from(answer.fetchedAt()))
        .with("other_fields", otherFields())
        .row();
  }

  private String otherFields() {
    return answer.otherFields().isEmpty() ? null : JsonColumn.of(answer.otherFields());
  }
}
