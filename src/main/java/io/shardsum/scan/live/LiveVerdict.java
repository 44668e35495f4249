package io.shardsum.scan.live;

import static org.apache.spark.sql.functions.col;

import io.shardsum.checksum.WeightDigest;
import io.shardsum.fleet.ComparisonGroup;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.ShardFile;
import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.checkpoint.ExpectedComparison;
import io.shardsum.scan.checkpoint.ExpectedPlans;
import io.shardsum.scan.checkpoint.ExpectedStage;
import io.shardsum.scan.judge.BlamedFiles;
import io.shardsum.scan.judge.DifferingTensors;
import io.shardsum.scan.judge.PastLookup;
import io.shardsum.scan.judge.TableEvidence;
import io.shardsum.scan.judge.ZeroTensors;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanSession;
import io.shardsum.scan.plan.ScanSize;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanTables;
import io.shardsum.tables.SqlFile;
import io.shardsum.verdict.Agreements;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.FleetVerdict;
import io.shardsum.verdict.RankContent;
import io.shardsum.verdict.RankCopy;
import io.shardsum.verdict.RankOfEngine;
import io.shardsum.verdict.TensorName;
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
public final class LiveVerdict {

  private static final StructType PLACES =
      StructType.fromDDL("engine STRING, rank INT, label STRING, place INT");

  private static final StructType SILENT =
      StructType.fromDDL(
          "label STRING, place INT, engine STRING, rank INT, key STRING, why STRING");

  private static final StructType REFERENCED = StructType.fromDDL("label STRING");

  private final List<LiveStage.Landed> live;
  private final SparkSession session;
  private final ScanRequest request;
  private final FileComparison files;
  private final List<ComparedGroup> groups;
  private final PastLookup past;
  private final TableEvidence evidence;
  private final List<Finding> findings = new ArrayList<>();
  private final List<Row> skipped;
  private final Map<String, LiveSummary.Beside> beside;
  private final boolean differsFromFiles;
  private final List<FleetVerdict> verdicts = new ArrayList<>();
  private boolean alike;
  private Optional<ExpectedComparison> comparison = Optional.empty();

  /**
   * Compares.
   *
   * @param scanSession whose settings hold; its views are not touched
   * @param schema of the table of tensors
   * @param ranks of files
   * @param expected what checkpoints say
   * @param ofFiles what was found in files
   * @param limits of what is read a second time
   * @param past asked for only where running engines differ
   */
  public LiveVerdict(
      SparkSession scanSession,
      ScanRequest request,
      StructType schema,
      List<RankResult> ranks,
      List<LiveStage.Landed> live,
      ExpectedStage expected,
      List<Finding> ofFiles,
      RereadLimits limits,
      PastLookup past) {
    this.live = live;
    this.past = past;
    this.session = ScanSession.of(scanSession, new ScanSize(0, 0));
    this.files = new FileComparison(request.inventory().engines(), ranks, live);
    viewTensors(
        ScanTables.of(request.out(), request.scanId(), request.startedAt())
            .read(ScanTable.TENSORS, schema, session));
    this.request = request;
    List<Row> compared =
        files.compare(session, new OffloadedTensors(PlannedFile.of(request.inventory()), limits));
    this.differsFromFiles =
        compared.stream()
            .map(row -> row.<String>getAs("what"))
            .anyMatch(what -> what.equals("DIFFERS") || what.equals("ENGINE_ONLY"));
    live.forEach(landed -> findings.addAll(LiveFindings.ofAnswer(landed)));
    findings.addAll(LiveFindings.againstFiles(compared, limits));
    viewContents(new BlamedFiles(request.inventory().engines(), ofFiles), referenced(expected));
    this.groups = groups();
    this.evidence = evidence(ScanTable.TENSORS.tableName());
    this.skipped = session.sql(SqlFile.text("live/skipped")).collectAsList();
    this.beside = new BesideFiles(live, files, compared).byEngine();
    if (expected.isEmpty()) {
      judge(groups, evidence);
      groups.forEach(group -> findings.addAll(unverified(group)));
    } else {
      judge(expected);
    }
    findings.addAll(new ZeroTensors(ZeroTensors.ofEngines(session)).findings(groups));
  }

  private TableEvidence evidence(String tensors) {
    return new TableEvidence(
        session, tensors, WeightSource.LIVE, request.inventory().fleet(), past);
  }

  private void judge(List<ComparedGroup> judged, TableEvidence by) {
    FleetVerdict verdict = new FleetVerdict(judged, by);
    verdicts.add(verdict);
    verdict.findings().stream()
        .filter(finding -> !finding.is(FindingKind.UNVERIFIED))
        .map(finding -> finding.from(WeightSource.LIVE))
        .forEach(findings::add);
  }

  private void judge(ExpectedStage expected) {
    Map<String, LiveSpec> first = new HashMap<>();
    live.forEach(engine -> first.putIfAbsent(engine.result().group(), engine.spec()));
    session.table("live_contents").createOrReplaceTempView("contents");
    session.sql(SqlFile.text("live/left_out")).createOrReplaceTempView("left_out");
    ExpectedComparison withExpected =
        new ExpectedComparison(
            session,
            groups,
            group ->
                expected
                    .of(first.get(group.label()))
                    .map(
                        result ->
                            new ExpectedComparison.Expected(
                                result,
                                ExpectedPlans.digestOf(
                                    first.get(group.label()).endpoint().kind()))),
            ExpectedComparison.Told.NOTHING);
    List<ComparedGroup> compared = withExpected.compared();
    judge(compared, evidence(ExpectedComparison.COMPARED));
    judge(withExpected.open(), evidence(ExpectedComparison.OPEN));
    compared.stream()
        .filter(group -> group.reference().isEmpty())
        .forEach(group -> findings.addAll(unverified(group)));
    withExpected.findings().forEach(f -> findings.add(f.from(WeightSource.LIVE)));
    comparison = Optional.of(withExpected);
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
  }

  /** The groups that are compared with a checkpoint. */
  private List<Row> referenced(ExpectedStage expected) {
    return live.stream()
        .filter(engine -> expected.of(engine.spec()).isPresent())
        .map(engine -> engine.result().group())
        .distinct()
        .map(RowFactory::create)
        .toList();
  }

  /** What is compared among running engines: where all agree, nobody is silent. */
  private void viewContents(BlamedFiles blamed, List<Row> referenced) {
    alike = isAlike();
    Dataset<Row> nobody = session.createDataFrame(List.of(), SILENT);
    (alike ? nobody : silent(blamed)).createOrReplaceTempView("live_silent");
    session.sql(SqlFile.text("live/contents")).createOrReplaceTempView("live_contents");
    session.table("live_contents").createOrReplaceTempView(ScanTable.TENSORS.tableName());
    session.createDataFrame(referenced, REFERENCED).createOrReplaceTempView("referenced");
    if (!alike) {
      findings.addAll(unreported("live/unreported"));
    }
    if (!alike || !referenced.isEmpty()) {
      findings.addAll(unreported("live/left_out_alone"));
    }
  }

  private List<Finding> unreported(String query) {
    return LiveFindings.unreported(session.sql(SqlFile.text(query)).collectAsList());
  }

  /** Kept where it was computed, for it is asked for many times. */
  private Dataset<Row> silent(BlamedFiles blamed) {
    session.table("live_compared").localCheckpoint().createOrReplaceTempView("live_compared");
    session
        .createDataFrame(blamed.rows(), BlamedFiles.ROWS)
        .createOrReplaceTempView("blamed_files");
    return session.sql(SqlFile.text("live/silent")).localCheckpoint();
  }

  private boolean isAlike() {
    Map<List<Object>, String> first = new HashMap<>();
    for (LiveStage.Landed engine : live) {
      for (LiveRankResult rank : engine.result().ranks()) {
        if (rank.checksum().isPresent()) {
          List<Object> place =
              List.of(engine.result().group(), placeOf(engine.spec(), rank.rank()));
          String other = first.putIfAbsent(place, rank.checksum().get());
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

  /** The groups with all that their engines report, also what nobody else does. */
  private List<ComparedGroup> wholes() {
    Map<RankOfEngine, RankContent> contents = new HashMap<>();
    for (LiveStage.Landed engine : live) {
      for (LiveRankResult rank : engine.result().ranks()) {
        rank.checksum()
            .ifPresent(
                checksum ->
                    contents.put(
                        new RankOfEngine(rank.engine(), rank.rank()),
                        new RankContent(checksum, "")));
      }
    }
    return groups.stream().map(group -> whole(group, contents)).toList();
  }

  private static ComparedGroup whole(ComparedGroup group, Map<RankOfEngine, RankContent> contents) {
    return group.with(
        group.copies().stream()
            .map(
                copy ->
                    copy.withWhole(
                        Optional.ofNullable(
                            contents.get(new RankOfEngine(copy.engine(), copy.rank())))))
            .toList());
  }

  /** Of every rank that is known: over what can be compared, which is usually all of it. */
  private Map<RankOfEngine, String> comparableDigests() {
    Map<RankOfEngine, String> digests = new HashMap<>();
    List<LiveRankResult> known =
        live.stream()
            .flatMap(engine -> engine.result().ranks().stream())
            .filter(LiveRankResult::isKnown)
            .toList();
    if (alike) {
      known.forEach(
          rank ->
              digests.put(
                  new RankOfEngine(rank.engine(), rank.rank()), rank.checksum().orElseThrow()));
      return digests;
    }
    String ofNothing = WeightDigest.ofRank(Map.of());
    known.forEach(rank -> digests.put(new RankOfEngine(rank.engine(), rank.rank()), ofNothing));
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
                    ? LiveFindings.unverified(engine, atSameAddress(engine))
                    : LiveFindings.unverified(engine, ranks, atSameAddress(engine))));
    return unverified;
  }

  private SortedSet<String> atSameAddress(String engine) {
    LiveEngineResult one =
        live.stream()
            .map(LiveStage.Landed::result)
            .filter(result -> result.engine().equals(engine))
            .findFirst()
            .orElseThrow();
    return live.stream()
        .map(LiveStage.Landed::result)
        .filter(other -> other.group().equals(one.group()) && other.host().equals(one.host()))
        .map(LiveEngineResult::engine)
        .filter(other -> !other.equals(engine))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  public List<Finding> findings() {
    return findings;
  }

  /** How much of each rank differs, from its files or from other engines; to be asked once. */
  public Map<RankOfEngine, CoverageCount.Amount> differing() {
    DifferingTensors differing = new DifferingTensors();
    verdicts.forEach(verdict -> differing.add(verdict.differing()));
    if (differsFromFiles) {
      for (Row row :
          session
              .table("live_compared")
              .where("what IN ('DIFFERS', 'ENGINE_ONLY')")
              .collectAsList()) {
        differing.add(
            row.getAs("engine"),
            row.<Integer>getAs("rank"),
            new TensorName(row.getAs("role"), row.getAs("tensor")));
      }
    }
    return differing.count(session.table("live_tensors"));
  }

  /** What they said, and how much of it was checked. */
  public LiveSummary summary(Instant startedAt, Map<RankOfEngine, CoverageCount.Amount> differing) {
    Map<RankOfEngine, Long> bytes = new HashMap<>();
    groups.forEach(
        group ->
            group
                .copies()
                .forEach(copy -> bytes.put(new RankOfEngine(copy.engine(), copy.rank()), 0L)));
    CoverageCount count =
        new CoverageCount(groups, findings, bytes, differing, DifferingTensors.skipped(skipped));
    comparison.ifPresent(with -> with.addTo(count));
    Coverage coverage = count.coverage(evidence, startedAt);
    return new LiveSummary(
        live.stream().map(LiveStage.Landed::result).toList(),
        beside,
        Agreements.of(wholes(), verdicts),
        coverage);
  }
}
