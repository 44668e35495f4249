package io.shardsum.scan.live;

import static org.apache.spark.sql.functions.col;

import io.shardsum.fleet.ComparisonGroup;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.ShardFile;
import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.checkpoint.CheckpointSource;
import io.shardsum.scan.checkpoint.ExpectedComparison;
import io.shardsum.scan.files.ReadingExecutors;
import io.shardsum.scan.judge.BlamedFiles;
import io.shardsum.scan.judge.CopySource;
import io.shardsum.scan.judge.DifferingTensors;
import io.shardsum.scan.judge.SecondReader;
import io.shardsum.scan.judge.SourceResult.WithFiles;
import io.shardsum.scan.judge.ZeroTensors;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.Query;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.MisreadTensor;
import io.shardsum.verdict.RankContent;
import io.shardsum.verdict.RankCopy;
import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.RankOfEngine;
import io.shardsum.verdict.TensorName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The copies that running engines hold: compared with their files, and with each other. */
public final class LiveCopies implements CopySource {

  private final List<LiveSource.Landed> live;
  private final CheckpointSource checkpoints;
  private final RereadLimits limits;
  private final Dataset<Row> tensors;
  private final FileComparison files;
  private final LiveContents contents;
  private final List<ComparedGroup> groups;

  private LiveCopies(
      List<LiveSource.Landed> live,
      CheckpointSource checkpoints,
      RereadLimits limits,
      Dataset<Row> tensors,
      FileComparison files,
      LiveContents contents) {
    this.live = live;
    this.checkpoints = checkpoints;
    this.limits = limits;
    this.tensors = tensors;
    this.files = files;
    this.contents = contents;
    this.groups = groups(live, contents.digests());
  }

  /**
   * Compares running engines with their files, and finds what is compared among them.
   *
   * @param landed the table {@code tensors}, of all sources
   * @param ranks of files
   * @param ofFiles what was found in files
   * @param executors of the executors that have read
   * @param limits of what is read a second time
   */
  public static LiveCopies of(
      LiveSource source,
      ScanRequest request,
      Dataset<Row> landed,
      List<RankResult> ranks,
      List<Finding> ofFiles,
      CheckpointSource checkpoints,
      ReadingExecutors executors,
      RereadLimits limits) {
    List<LiveSource.Landed> live = source.landed();
    List<EngineInventory> engines = request.inventory().engines();
    Dataset<Row> tensors = landed.where(col("source").equalTo(WeightSource.LIVE.name()));
    FileComparison files =
        FileComparison.of(
            engines,
            ranks,
            live,
            tensors,
            landed.where(col("source").equalTo(WeightSource.FILES.name())),
            new SecondDigests(
                PlannedFile.of(request.inventory()), executors, limits, request.reading()));
    LiveContents contents =
        LiveContents.of(live, tensors, files, new BlamedFiles(engines, ofFiles));
    return new LiveCopies(live, checkpoints, limits, tensors, files, contents);
  }

  private static List<ComparedGroup> groups(
      List<LiveSource.Landed> live, Map<RankOfEngine, String> digests) {
    Map<String, List<LiveSource.Landed>> byGroup =
        live.stream()
            .collect(
                Collectors.groupingBy(
                    engine -> engine.result().group(), LinkedHashMap::new, Collectors.toList()));
    List<ComparedGroup> compared = new ArrayList<>();
    byGroup.forEach((label, engines) -> compared.add(group(label, engines, digests)));
    return compared;
  }

  private static ComparedGroup group(
      String label, List<LiveSource.Landed> engines, Map<RankOfEngine, String> digests) {
    LiveSpec first = engines.get(0).spec();
    List<RankCopy> copies = new ArrayList<>();
    for (LiveSource.Landed engine : engines) {
      for (RankResult rank : engine.ranks()) {
        copies.add(
            new RankCopy(
                rank.engine(),
                rank.rank(),
                LiveContents.rankInReplicaOf(engine, rank.rank()),
                rank.status(),
                Optional.ofNullable(digests.get(new RankOfEngine(rank.engine(), rank.rank())))
                    .map(digest -> new RankContent(digest, "")),
                Map.of(ShardFile.TARGET, storage(engine, rank.rank())),
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

  /** Replicas of one engine are copies of their own; engines at one address are not. */
  private static String storage(LiveSource.Landed engine, int rank) {
    return engine.result().host().orElseThrow()
        + " replica "
        + engine.spec().parallelism().dpRankOf(rank);
  }

  @Override
  public WeightSource source() {
    return WeightSource.LIVE;
  }

  @Override
  public List<RankResult> ranks() {
    return live.stream().flatMap(engine -> engine.ranks().stream()).toList();
  }

  /** Every engine that was asked. */
  public List<EngineResult> engines() {
    return live.stream().map(LiveSource.Landed::result).toList();
  }

  /** How much of each engine that has files was compared with them. */
  public Map<String, WithFiles> withFiles() {
    return ComparedCounts.byEngine(live, files);
  }

  @Override
  public List<ComparedGroup> groups() {
    return groups;
  }

  @Override
  public List<ComparedGroup> wholes() {
    Map<RankOfEngine, RankContent> whole = new HashMap<>();
    for (RankResult rank : ranks()) {
      rank.checksum()
          .ifPresent(
              checksum ->
                  whole.put(
                      new RankOfEngine(rank.engine(), rank.rank()), new RankContent(checksum, "")));
    }
    return groups.stream().map(group -> whole(group, whole)).toList();
  }

  private static ComparedGroup whole(ComparedGroup group, Map<RankOfEngine, RankContent> whole) {
    return group.with(
        group.copies().stream()
            .map(
                copy ->
                    copy.withWhole(
                        Optional.ofNullable(
                            whole.get(new RankOfEngine(copy.engine(), copy.rank())))))
            .toList());
  }

  @Override
  public Dataset<Row> tensors() {
    return tensors;
  }

  @Override
  public Dataset<Row> compared() {
    return contents.tensors();
  }

  @Override
  public Optional<ExpectedComparison.Expected> expected(ComparedGroup group) {
    return live.stream()
        .filter(engine -> engine.result().group().equals(group.label()))
        .findFirst()
        .flatMap(engine -> checkpoints.expectedOfRunning(engine.spec()));
  }

  @Override
  public Dataset<Row> leftOut() {
    return contents.leftOut();
  }

  /** The tensors of files that came out otherwise when they were read again. */
  public List<MisreadTensor> misread() {
    return files.again().stream()
        .filter(tensor -> !tensor.isSame())
        .map(SecondDigest::misread)
        .toList();
  }

  /** The ranks of files that lack a name that their engine has. */
  public Set<RankHolder> withOtherNames() {
    return files.withOtherNames();
  }

  /** Nothing: what an engine holds is not read from here. */
  @Override
  public Optional<SecondReader> secondReader() {
    return Optional.empty();
  }

  /** An engine without another beside it may have been compared with its files. */
  @Override
  public boolean holds(Finding finding) {
    return !finding.is(FindingKind.UNVERIFIED);
  }

  @Override
  public List<Finding> otherFindings(List<ComparedGroup> judged) {
    List<Finding> findings = new ArrayList<>();
    live.forEach(engine -> findings.addAll(LiveFindings.ofAnswer(engine)));
    findings.addAll(FileDifferences.of(files, limits));
    Set<String> referenced = new HashSet<>();
    for (ComparedGroup group : judged) {
      if (group.reference().isPresent()) {
        referenced.add(group.label());
      } else {
        findings.addAll(UnverifiedEngines.of(group, live, files));
      }
    }
    findings.addAll(contents.unreported(referenced));
    findings.addAll(
        new ZeroTensors(ZeroTensors.ofEngines(tensors, files.fileTensors())).findings(groups));
    return findings;
  }

  @Override
  public void addTo(DifferingTensors differing) {
    if (files.findsDifferences()) {
      for (Row row : files.compared().where("what IN ('DIFFERS', 'ENGINE_ONLY')").collectAsList()) {
        differing.add(
            row.getAs("engine"),
            row.<Integer>getAs("rank"),
            new TensorName(row.getAs("role"), row.getAs("tensor")));
      }
    }
  }

  @Override
  public List<CoverageCount.Skipped> skipped() {
    return DifferingTensors.skipped(
        Query.of("live/skipped")
            .with("live_tensors", tensors)
            .in(tensors.sparkSession())
            .collectAsList());
  }
}
