package io.shardsum.scan.judge;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.shardsum.fleet.ComparisonGroup;
import io.shardsum.fleet.WeightSource;
import io.shardsum.tables.EarlierScans;
import io.shardsum.tables.Query;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.Content;
import io.shardsum.verdict.Digests;
import io.shardsum.verdict.Evidence;
import io.shardsum.verdict.HeldTensor;
import io.shardsum.verdict.KnownRank;
import io.shardsum.verdict.RankCopy;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.ReplicaRankContents;
import io.shardsum.verdict.Surroundings;
import io.shardsum.verdict.TensorName;
import io.shardsum.verdict.Whereabouts;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Evidence from the tables: this scan's {@code tensors}, and the scans that were finished. */
public final class TableEvidence implements Evidence {

  private static final StructType HOLDERS =
      StructType.fromDDL(
          "place INT, holder INT, holders_of_place BIGINT, scan_id STRING, engine STRING,"
              + " rank INT");

  private static final StructType ASKED = StructType.fromDDL("number INT, digest STRING");
  private static final StructType COPIES =
      StructType.fromDDL(
          "engine STRING, rank INT, place INT, storages MAP<STRING, STRING>, storage STRING,"
              + " is_reference BOOLEAN");

  /** So that a scan of which everything differs does not fill the driver's memory. */
  private static final int MOST_ROWS = 500_000;

  private static final int FEWEST_TENSORS = 100;
  private static final String THIS_SCAN = "";

  private final SparkSession session;
  private final Dataset<Row> tensors;
  private final WeightSource source;
  private final String fleet;
  private final PastLookup past;
  private Optional<List<EarlierRank>> earlierRanks = Optional.empty();
  private Optional<Map<String, Evidence.LastVerified>> lastVerified = Optional.empty();

  private record EarlierRank(String family, long copies, KnownRank rank) {}

  /**
   * Takes what copies hold.
   *
   * @param tensors what copies hold
   * @param source of the copies that are compared
   * @param past asked for only where copies differ
   */
  public TableEvidence(Dataset<Row> tensors, WeightSource source, String fleet, PastLookup past) {
    this.session = tensors.sparkSession();
    this.tensors = tensors;
    this.source = source;
    this.fleet = fleet;
    this.past = past;
  }

  @Override
  public List<KnownRank> earlier(String family, String group) {
    return earlierRanks().stream()
        .filter(earlier -> earlier.family().equals(family))
        .filter(earlier -> !earlier.rank().group().equals(group) || earlier.copies() > 1)
        .map(EarlierRank::rank)
        .toList();
  }

  private List<EarlierRank> earlierRanks() {
    if (earlierRanks.isEmpty()) {
      earlierRanks =
          Optional.of(
              rows("evidence/earlier_ranks").stream()
                  .filter(this::isOfSource)
                  .map(TableEvidence::earlierRank)
                  .sorted(Comparator.comparing(TableEvidence::seenAt).reversed())
                  .toList());
    }
    return earlierRanks.get();
  }

  private List<Row> rows(String statement) {
    return past.ask(scans -> scans.rows(Query.of(statement)), List::of);
  }

  private boolean isOfSource(Row row) {
    return row.getAs("source").equals(source.name());
  }

  private static Instant seenAt(EarlierRank earlier) {
    return earlier.rank().seenAt().orElseThrow();
  }

  private static EarlierRank earlierRank(Row row) {
    String group = row.getAs("comparison_group");
    Optional<String> revision = Optional.ofNullable(row.getAs("revision"));
    return new EarlierRank(
        ComparisonGroup.family(group, Optional.ofNullable(row.getAs("model")), revision),
        row.<Long>getAs("copies"),
        new KnownRank(
            new RankHolder(
                Optional.of(row.getAs("scan_id")), row.getAs("engine"), row.<Integer>getAs("rank")),
            row.<Integer>getAs("place"),
            row.getAs("checksum"),
            group,
            revision,
            Optional.of(row.<Timestamp>getAs("started_at").toInstant())));
  }

  @Override
  public Optional<Evidence.LastVerified> lastVerified(String engine) {
    if (lastVerified.isEmpty()) {
      Map<String, Evidence.LastVerified> byEngine = new HashMap<>();
      for (Row row : rows("evidence/last_verified")) {
        if (row.getAs("fleet").equals(fleet) && isOfSource(row)) {
          byEngine.put(
              row.getAs("engine"),
              new Evidence.LastVerified(
                  row.getAs("scan_id"), row.<Timestamp>getAs("started_at").toInstant()));
        }
      }
      lastVerified = Optional.of(byEngine);
    }
    return Optional.ofNullable(lastVerified.get().get(engine));
  }

  @Override
  public Map<Integer, ReplicaRankContents> differing(Map<Integer, Set<RankHolder>> holders) {
    boolean ofThisScan =
        holders.values().stream().flatMap(Set::stream).allMatch(h -> h.scanId().isEmpty());
    return ofThisScan
        ? differing(holders, Optional.empty())
        : past.ask(
            scans -> differing(holders, Optional.of(scans)),
            () -> differing(holders, Optional.empty()));
  }

  /**
   * What differs.
   *
   * @param earlier empty: what earlier scans held is left out
   */
  private Map<Integer, ReplicaRankContents> differing(
      Map<Integer, Set<RankHolder>> holders, Optional<EarlierScans> earlier) {
    List<RankHolder> numbered = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    holders.forEach(
        (rankInReplica, ofPlace) -> {
          List<RankHolder> readable = ofPlace.stream().filter(h -> hasTensors(h, earlier)).toList();
          for (RankHolder holder : readable) {
            rows.add(
                RowFactory.create(
                    rankInReplica,
                    numbered.size(),
                    (long) readable.size(),
                    holder.scanId().orElse(THIS_SCAN),
                    holder.engine(),
                    holder.rank()));
            numbered.add(holder);
          }
        });
    int most = Math.max(FEWEST_TENSORS, MOST_ROWS / numbered.size());
    List<Row> contents =
        Query.of("evidence/contents")
            .with("holders", session.createDataFrame(rows, HOLDERS))
            .with("held_tensors", heldTensors(numbered, earlier))
            .in(session)
            .where(col("number").leq(most))
            .collectAsList();
    return ranksInReplica(contents, numbered);
  }

  @Override
  public List<Whereabouts> whereabouts(ComparedGroup group, Set<Digests> digests) {
    List<Digests> numbered = List.copyOf(digests);
    List<Row> asked = new ArrayList<>();
    numbered.forEach(of -> asked.add(RowFactory.create(asked.size(), of.shown())));
    return Query.of("evidence/whereabouts")
        .with("asked_digests", session.createDataFrame(asked, ASKED))
        .with("copies", session.createDataFrame(copies(group), COPIES))
        .with("own_tensors", tensors)
        .in(session)
        .collectAsList()
        .stream()
        .map(
            row ->
                new Whereabouts(
                    numbered.get(row.<Integer>getAs("number")),
                    row.<Integer>getAs("place"),
                    new TensorName(row.getAs("role"), row.getAs("tensor")),
                    RankHolder.now(row.getAs("engine"), row.<Integer>getAs("rank")),
                    row.<Long>getAs("votes"),
                    row.<Boolean>getAs("in_reference")))
        .toList();
  }

  private List<Row> copies(ComparedGroup group) {
    Set<RankHolder> references = new HashSet<>();
    group.reference().ifPresent(r -> r.ranks().values().forEach(of -> references.add(of.holder())));
    List<Row> rows = new ArrayList<>();
    for (RankCopy copy : group.copies()) {
      if (copy.content().isPresent()) {
        boolean isReference = references.remove(copy.holder());
        rows.add(copy(copy.holder(), copy.rankInReplica(), copy.storages(), isReference));
      }
    }
    group
        .reference()
        .ifPresent(
            r ->
                r.ranks()
                    .forEach(
                        (rankInReplica, of) -> {
                          if (references.contains(of.holder()) && of.holder().scanId().isEmpty()) {
                            rows.add(copy(of.holder(), rankInReplica, Map.of(), true));
                          }
                        }));
    return rows;
  }

  private static Row copy(
      RankHolder holder, int rankInReplica, Map<String, String> storages, boolean isReference) {
    return RowFactory.create(
        holder.engine(), holder.rank(), rankInReplica, storages, storages.toString(), isReference);
  }

  /**
   * A rank of an earlier scan is known by its checksum, too, when retention has dropped the rest.
   */
  private boolean hasTensors(RankHolder holder, Optional<EarlierScans> earlier) {
    if (holder.scanId().isEmpty()) {
      return true;
    }
    return earlier.isPresent()
        && earlier.get().has(holder.scanId().get())
        && earlierRanks().stream()
            .map(EarlierRank::rank)
            .filter(rank -> rank.holder().scanId().equals(holder.scanId()))
            .map(rank -> ScanId.dateOf(rank.seenAt().orElseThrow()).toString())
            .limit(1)
            .noneMatch(date -> earlier.get().haveDroppedTensors(date, holder.scanId().get()));
  }

  private Dataset<Row> heldTensors(List<RankHolder> holders, Optional<EarlierScans> earlierScans) {
    Dataset<Row> held = tensors.withColumn("scan_id", lit(THIS_SCAN));
    Set<String> scans = new HashSet<>();
    holders.forEach(holder -> holder.scanId().ifPresent(scans::add));
    if (earlierScans.isEmpty() || scans.isEmpty()) {
      return held;
    }
    StructType schema = held.schema().add("scan_date", "string");
    Dataset<Row> earlier =
        earlierScans
            .get()
            .landed(ScanTable.TENSORS, source, schema, session)
            .where(col("scan_id").isInCollection(scans))
            .drop("scan_date");
    return held.unionByName(earlier);
  }

  private static Map<Integer, ReplicaRankContents> ranksInReplica(
      List<Row> rows, List<RankHolder> holders) {
    Set<Integer> withoutSecondDigest = new HashSet<>();
    for (Row row : rows) {
      if (row.getAs("sha256") == null || row.getAs("checksum") == null) {
        withoutSecondDigest.add(row.getAs("place"));
      }
    }
    Map<Integer, Long> differing = new HashMap<>();
    Map<Integer, Map<RankHolder, Map<TensorName, Surroundings>>> surroundings = new HashMap<>();
    Map<Integer, Map<RankHolder, Map<TensorName, HeldTensor>>> byPlace = new HashMap<>();
    for (Row row : rows) {
      int rankInReplica = row.<Integer>getAs("place");
      RankHolder holder = holders.get(row.getAs("holder"));
      TensorName name = new TensorName(row.getAs("role"), row.getAs("tensor"));
      differing.put(rankInReplica, row.getAs("differing"));
      byPlace
          .computeIfAbsent(rankInReplica, any -> new HashMap<>())
          .computeIfAbsent(holder, any -> new HashMap<>())
          .put(name, held(row, withoutSecondDigest.contains(rankInReplica)));
      surroundings
          .computeIfAbsent(rankInReplica, any -> new HashMap<>())
          .computeIfAbsent(holder, any -> new HashMap<>())
          .put(name, surroundings(row));
    }
    Map<Integer, ReplicaRankContents> ranksInReplica = new HashMap<>();
    byPlace.forEach(
        (rankInReplica, held) ->
            ranksInReplica.put(
                rankInReplica,
                new ReplicaRankContents(
                    differing.get(rankInReplica), held, surroundings.get(rankInReplica))));
    return ranksInReplica;
  }

  /** Empty where a running engine does not tell it. */
  private static String text(Row row, String column) {
    return Optional.ofNullable(row.<String>getAs(column)).orElse("");
  }

  private static HeldTensor held(Row row, boolean oneDigest) {
    Optional<String> checksum = Optional.ofNullable(row.getAs("checksum"));
    Optional<String> sha256 = Optional.ofNullable(row.getAs("sha256"));
    int sums = row.fieldIndex("chunk_sums");
    return new HeldTensor(
        new Content(text(row, "dtype"), text(row, "shape"), digests(checksum, sha256, oneDigest)),
        row.isNullAt(sums) ? List.of() : row.getList(sums));
  }

  private static Digests digests(
      Optional<String> checksum, Optional<String> sha256, boolean oneDigest) {
    boolean both = checksum.isPresent() && sha256.isPresent();
    return new Digests(checksum, both && oneDigest ? Optional.empty() : sha256);
  }

  private static Surroundings surroundings(Row row) {
    return new Surroundings(
        text(row, "file"),
        row.<Long>getAs("of_rank"),
        row.<Long>getAs("of_file"),
        row.<Long>getAs("of_layer"));
  }
}
