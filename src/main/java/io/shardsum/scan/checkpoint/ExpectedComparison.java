package io.shardsum.scan.checkpoint;

import io.shardsum.expect.HashedRank;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.ShardFile;
import io.shardsum.tables.Query;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.RankContent;
import io.shardsum.verdict.RankCopy;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.RankOfEngine;
import io.shardsum.verdict.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Comparison groups with what their checkpoints say in the place of a vote. What a checkpoint
 * leaves open is compared among the copies, apart.
 */
public final class ExpectedComparison {

  /** What copies of a source are known by. */
  public enum Detail {
    DTYPES_AND_SHAPES,
    DIGESTS
  }

  /**
   * What a group is compared with.
   *
   * @param digest that its copies have
   * @param detail what is compared
   */
  public record Expected(ExpectedResult result, Digest digest, Detail detail) {}

  private static final StructType PLACES =
      StructType.fromDDL("engine STRING, rank INT, label STRING, place INT");

  private static final StructType REFUSALS =
      StructType.fromDDL("label STRING, place INT, tensor STRING");

  /** Of the view {@code left_out}. */
  public static final StructType LEFT_OUT =
      StructType.fromDDL("label STRING, place INT, tensor STRING");

  private static final StructType REFERENCES =
      StructType.fromDDL(
          "label STRING, holder STRING, place INT, tensor STRING, dtype STRING, shape ARRAY<BIGINT>,"
              + " checksum STRING, sha256 STRING, chunk_sums ARRAY<BIGINT>");

  /** What a rank holds of that which is compared. */
  private record Held(RankContent content, long tensors) {}

  private static final Held NOTHING_KNOWN = new Held(new RankContent("", ""), 0);

  private final SparkSession session;
  private final List<ComparedGroup> groups;
  private final Map<String, Expected> expected;
  private final Dataset<Row> comparedTensors;
  private final Dataset<Row> openTensors;

  private ExpectedComparison(
      SparkSession session,
      List<ComparedGroup> groups,
      Dataset<Row> contents,
      Dataset<Row> leftOut,
      Map<String, Expected> expected) {
    this.session = session;
    this.groups = groups;
    this.expected = expected;
    Dataset<Row> ranksInReplica = session.createDataFrame(ranksInReplica(), PLACES);
    Dataset<Row> references = session.createDataFrame(references(), REFERENCES);
    Dataset<Row> parted =
        Query.of("expected/parted")
            .with("contents", contents)
            .with("expected_places", ranksInReplica)
            .with("refusals", session.createDataFrame(refusals(), REFUSALS))
            .with("reference_tensors", references)
            .with("left_out", leftOut)
            .in(session);
    this.comparedTensors =
        Query.of("expected/compared")
            .with("contents", contents)
            .with("expected_places", ranksInReplica)
            .with("parted", parted)
            .with("reference_tensors", references)
            .with("left_out", leftOut)
            .in(session);
    this.openTensors = parted.where("is_open");
  }

  /**
   * Takes the groups of one source.
   *
   * @param contents what copies hold
   * @param leftOut {@code label, place, tensor}: at which tensors nobody looked
   * @param what is expected of a group, if anything is
   */
  public static ExpectedComparison of(
      SparkSession session,
      List<ComparedGroup> groups,
      Dataset<Row> contents,
      Dataset<Row> leftOut,
      Function<ComparedGroup, Optional<Expected>> what) {
    Map<String, Expected> expected = new LinkedHashMap<>();
    groups.forEach(group -> what.apply(group).ifPresent(e -> expected.put(group.label(), e)));
    return new ExpectedComparison(session, groups, contents, leftOut, expected);
  }

  /** What is compared, references included. */
  public Dataset<Row> comparedTensors() {
    return comparedTensors;
  }

  /** What copies hold and no reference knows. */
  public Dataset<Row> openTensors() {
    return openTensors;
  }

  private List<Row> ranksInReplica() {
    List<Row> rows = new ArrayList<>();
    for (ComparedGroup group : groups) {
      if (expected.containsKey(group.label())) {
        for (RankCopy copy : group.copies()) {
          rows.add(
              RowFactory.create(copy.engine(), copy.rank(), group.label(), copy.rankInReplica()));
        }
      }
    }
    return rows;
  }

  private List<Row> refusals() {
    List<Row> rows = new ArrayList<>();
    expected.forEach(
        (label, of) -> {
          for (HashedRank rank : of.result().hashed().ranks()) {
            rank.refused()
                .forEach(r -> rows.add(RowFactory.create(label, rank.rank(), r.tensor())));
          }
        });
    return rows;
  }

  private List<Row> references() {
    List<Row> rows = new ArrayList<>();
    expected.forEach(
        (label, of) -> {
          for (HashedRank rank : of.result().hashed().ranks()) {
            for (HashedRank.HashedTensor tensor : rank.tensors()) {
              if (!of.result().model().isSkipped(tensor.tensor().name())) {
                rows.add(reference(label, rank.rank(), tensor, of));
              }
            }
          }
        });
    return rows;
  }

  private static Row reference(
      String label, int rankInReplica, HashedRank.HashedTensor hashed, Expected of) {
    Digest digest = of.digest();
    boolean hasMetadata = of.detail() == Detail.DTYPES_AND_SHAPES;
    boolean hasChecksum = digest != Digest.SHA256;
    boolean hasSums = hasMetadata && hasChecksum;
    return RowFactory.create(
        label,
        holder(label),
        rankInReplica,
        hashed.tensor().name(),
        hasMetadata ? hashed.tensor().recipe().dtype().name() : null,
        hasMetadata ? hashed.tensor().recipe().shape().toArray() : null,
        hasChecksum ? hashed.digests().checksum().orElseThrow() : null,
        digest != Digest.SGLANG ? hashed.digests().sha256().orElseThrow() : null,
        hasSums ? hashed.digests().chunkSums().toArray() : null);
  }

  /** What stands for the reference of a place. */
  public static RankHolder holder(String label, int rankInReplica) {
    return RankHolder.now(holder(label), rankInReplica);
  }

  /** Whether it stands for the reference of one of these groups. */
  public static boolean isOfCheckpoint(RankHolder holder, Set<String> groups) {
    return groups.stream().anyMatch(group -> holder.engine().equals(holder(group)));
  }

  /** In the place of an engine's name. */
  private static String holder(String label) {
    return "checkpoint of " + label;
  }

  /** All groups, those of which something is expected with it as their reference. */
  public List<ComparedGroup> compared() {
    Map<RankOfEngine, Held> contents = contents(comparedTensors);
    return groups.stream()
        .map(group -> expected.containsKey(group.label()) ? compared(group, contents) : group)
        .toList();
  }

  private ComparedGroup compared(ComparedGroup group, Map<RankOfEngine, Held> contents) {
    ExpectedResult result = expected.get(group.label()).result();
    Map<Integer, Reference.Rank> ranks = new HashMap<>();
    for (HashedRank rank : result.hashed().ranks()) {
      RankHolder holder = holder(group.label(), rank.rank());
      ranks.put(rank.rank(), new Reference.Rank(holder, held(holder, contents).content()));
    }
    return new ComparedGroup(
        group.label(),
        group.family(),
        group.revision(),
        copies(group, contents),
        Optional.of(new Reference(result.model().name(), Optional.empty(), ranks)));
  }

  private static List<RankCopy> copies(ComparedGroup group, Map<RankOfEngine, Held> contents) {
    return group.copies().stream()
        .map(copy -> copy.content().isEmpty() ? copy : copy(copy, held(copy.holder(), contents)))
        .toList();
  }

  private static RankCopy copy(RankCopy copy, Held compared) {
    return copy.with(compared.content(), compared.tensors());
  }

  private static Held held(RankHolder holder, Map<RankOfEngine, Held> contents) {
    return contents.getOrDefault(new RankOfEngine(holder.engine(), holder.rank()), NOTHING_KNOWN);
  }

  private Map<RankOfEngine, Held> contents(Dataset<Row> of) {
    Map<RankOfEngine, Held> contents = new HashMap<>();
    for (Row row : Query.of("expected/digests").with("chosen", of).in(session).collectAsList()) {
      contents.put(
          new RankOfEngine(row.getAs("engine"), row.<Integer>getAs("rank")),
          new Held(
              new RankContent(row.getAs("checksum"), row.getAs("form")),
              row.<Long>getAs("tensors")));
    }
    return contents;
  }

  /** The groups in which something is open, of copies that hold just that. */
  public List<ComparedGroup> open() {
    Map<RankOfEngine, Held> contents = contents(openTensors);
    List<ComparedGroup> open = new ArrayList<>();
    for (ComparedGroup group : groups) {
      boolean any =
          group.copies().stream()
              .anyMatch(c -> contents.containsKey(new RankOfEngine(c.engine(), c.rank())));
      if (any && expected.containsKey(group.label())) {
        open.add(
            new ComparedGroup(
                group.label(),
                group.family(),
                group.revision(),
                copies(group, contents),
                Optional.empty()));
      }
    }
    return open;
  }

  /** Whether copies of a group hold drafts, of which no checkpoint says anything here. */
  public boolean hasDrafts() {
    return !openTensors.where("role <> '" + ShardFile.TARGET + "'").isEmpty();
  }

  /** Counts what is not known to be right although it was hashed. */
  public void addTo(CoverageCount count) {
    for (ComparedGroup group : groups) {
      if (expected.containsKey(group.label())) {
        engines(group).forEach(e -> expected.get(group.label()).result().addTo(count, e));
      }
    }
  }

  private static Set<String> engines(ComparedGroup group) {
    Set<String> engines = new LinkedHashSet<>();
    group.copies().forEach(copy -> engines.add(copy.engine()));
    return engines;
  }

  /** What is not known to be right although it was hashed, engine by engine. */
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (ComparedGroup group : groups) {
      if (expected.containsKey(group.label())) {
        engines(group)
            .forEach(
                engine -> findings.addAll(expected.get(group.label()).result().findings(engine)));
      }
    }
    return findings;
  }
}
