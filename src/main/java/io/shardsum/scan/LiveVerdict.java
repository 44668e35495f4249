package io.shardsum.scan;

import static org.apache.spark.sql.functions.col;

import io.shardsum.fleet.ComparisonGroup;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.ShardFile;
import io.shardsum.fleet.WeightSource;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.FleetVerdict;
import io.shardsum.verdict.RankContent;
import io.shardsum.verdict.RankCopy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Running engines compared with their files and with each other. */
final class LiveVerdict {

  private static final StructType PLACES =
      StructType.fromDDL("engine STRING, rank INT, label STRING, place INT");

  private final List<LiveStage.Landed> live;
  private final SparkSession session;
  private final FileComparison files;
  private final List<ComparedGroup> groups;
  private final TableEvidence evidence;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * Compares.
   *
   * @param scanSession whose settings hold; its views are not touched
   * @param schema of the table of tensors
   * @param ranks of files
   */
  LiveVerdict(
      SparkSession scanSession,
      ScanRequest request,
      StructType schema,
      List<RankResult> ranks,
      List<LiveStage.Landed> live) {
    this.live = live;
    this.session = ScanSession.of(scanSession, new ScanSize(0, 0));
    this.files = new FileComparison(request.inventory().engines(), ranks, live);
    viewTensors(ScanTables.of(request).read(ScanTable.TENSORS, schema, session));
    this.groups = groups();
    this.evidence =
        new TableEvidence(
            session,
            WeightSource.LIVE,
            request.inventory().fleet(),
            () -> new EarlierScans(session, request.out()));
    OffloadedTensors offloaded =
        new OffloadedTensors(
            PlannedFile.of(request.inventory()), RereadLimits.of(scanSession.conf()));
    live.forEach(landed -> findings.addAll(LiveFindings.ofAnswer(landed)));
    findings.addAll(LiveFindings.againstFiles(files.compare(session, offloaded)));
    new FleetVerdict(groups, evidence)
        .findings().stream()
            .filter(finding -> !finding.is(FindingKind.UNVERIFIED))
            .map(finding -> finding.from(WeightSource.LIVE))
            .forEach(findings::add);
    groups.forEach(group -> findings.addAll(unverified(group)));
  }

  private void viewTensors(Dataset<Row> landed) {
    landed
        .where(col("source").equalTo(WeightSource.FILES.name()))
        .createOrReplaceTempView("file_tensors");
    landed
        .where(col("source").equalTo(WeightSource.LIVE.name()))
        .createOrReplaceTempView("live_tensors");
    List<Row> places = new ArrayList<>();
    for (LiveStage.Landed engine : live) {
      for (LiveRankResult rank : engine.result().ranks()) {
        places.add(
            RowFactory.create(
                rank.engine(),
                rank.rank(),
                engine.result().group(),
                placeOf(engine.spec(), rank.rank())));
      }
    }
    session.createDataFrame(places, PLACES).createOrReplaceTempView("live_places");
    session.sql(SqlFile.text("live/contents")).createOrReplaceTempView("live_contents");
    session.table("live_contents").createOrReplaceTempView(ScanTable.TENSORS.tableName());
  }

  private static int placeOf(LiveSpec spec, int rank) {
    return rank % spec.parallelism().replicaSize();
  }

  private List<ComparedGroup> groups() {
    Map<RankOfEngine, String> digests = comparableDigests();
    Map<String, List<LiveStage.Landed>> byGroup =
        live.stream()
            .collect(
                Collectors.groupingBy(
                    engine -> engine.result().group(), LinkedHashMap::new, Collectors.toList()));
    List<ComparedGroup> compared = new ArrayList<>();
    byGroup.forEach((label, engines) -> compared.add(group(label, engines, digests)));
    return compared;
  }

  private static ComparedGroup group(
      String label, List<LiveStage.Landed> engines, Map<RankOfEngine, String> digests) {
    LiveSpec first = engines.get(0).spec();
    List<RankCopy> copies = new ArrayList<>();
    for (LiveStage.Landed engine : engines) {
      for (LiveRankResult rank : engine.result().ranks()) {
        int replica = rank.rank() / engine.spec().parallelism().replicaSize();
        String at = engine.result().host() + " replica " + replica;
        copies.add(
            new RankCopy(
                rank.engine(),
                rank.rank(),
                placeOf(engine.spec(), rank.rank()),
                rank.status(),
                Optional.ofNullable(digests.get(new RankOfEngine(rank.engine(), rank.rank())))
                    .map(digest -> new RankContent(digest, "")),
                Map.of(ShardFile.TARGET, at),
                rank.tensors()));
      }
    }
    return new ComparedGroup(
        label,
        ComparisonGroup.family(label, first.model(), first.revision()),
        first.revision(),
        copies,
        Optional.empty());
  }

  /** Of every rank that is known: over what can be compared, which is usually all of it. */
  private Map<RankOfEngine, String> comparableDigests() {
    Map<RankOfEngine, String> digests = new HashMap<>();
    List<LiveRankResult> known =
        live.stream()
            .flatMap(engine -> engine.result().ranks().stream())
            .filter(LiveRankResult::isKnown)
            .toList();
    if (known.stream().allMatch(rank -> rank.checksum().isPresent())) {
      known.forEach(
          rank ->
              digests.put(
                  new RankOfEngine(rank.engine(), rank.rank()), rank.checksum().orElseThrow()));
      return digests;
    }
    for (Row row : session.sql(SqlFile.text("live/digests")).collectAsList()) {
      digests.put(
          new RankOfEngine(row.getAs("engine"), row.<Integer>getAs("rank")), row.getAs("checksum"));
    }
    return digests;
  }

  /** The ranks that have neither a file nor another running engine beside them. */
  private List<Finding> unverified(ComparedGroup group) {
    Map<Integer, Set<String>> hosts = new HashMap<>();
    Map<String, SortedSet<Integer>> alone = new TreeMap<>();
    Map<String, Long> known = new HashMap<>();
    for (RankCopy copy : group.copies()) {
      if (copy.content().isPresent()) {
        hosts
            .computeIfAbsent(copy.place(), any -> new HashSet<>())
            .add(copy.storages().get(ShardFile.TARGET));
        known.merge(copy.engine(), 1L, Long::sum);
      }
    }
    for (RankCopy copy : group.copies()) {
      if (copy.content().isPresent()
          && hosts.get(copy.place()).size() == 1
          && !files.covers(copy.engine(), copy.rank())) {
        alone.computeIfAbsent(copy.engine(), any -> new TreeSet<>()).add(copy.rank());
      }
    }
    List<Finding> unverified = new ArrayList<>();
    alone.forEach(
        (engine, ranks) ->
            unverified.add(
                known.get(engine) == ranks.size()
                    ? LiveFindings.unverified(engine)
                    : LiveFindings.unverified(engine, ranks)));
    return unverified;
  }

  List<Finding> findings() {
    return findings;
  }

  /** What they said, and how much of it was checked. */
  LiveSummary summary(Instant startedAt) {
    Map<List<Object>, Long> bytes = new HashMap<>();
    groups.forEach(
        group ->
            group.copies().forEach(copy -> bytes.put(List.of(copy.engine(), copy.rank()), 0L)));
    Coverage coverage =
        new CoverageCount(groups, findings, bytes, List.of()).coverage(evidence, startedAt);
    return new LiveSummary(live.stream().map(LiveStage.Landed::result).toList(), coverage);
  }
}
