package io.shardsum.scan;

import static org.apache.spark.sql.functions.col;

import io.shardsum.fleet.WeightSource;
import io.shardsum.gpu.Accelerator;
import io.shardsum.scan.canary.Canaries;
import io.shardsum.scan.canary.CanaryFiles;
import io.shardsum.scan.canary.CanaryResult;
import io.shardsum.scan.canary.CanaryRows;
import io.shardsum.scan.canary.UntrustedScanException;
import io.shardsum.scan.checkpoint.ExpectedStage;
import io.shardsum.scan.files.ExecutedWrite;
import io.shardsum.scan.files.Hasher;
import io.shardsum.scan.files.LocalFiles;
import io.shardsum.scan.files.NamesTwice;
import io.shardsum.scan.files.ReadListener;
import io.shardsum.scan.files.ReadTimes;
import io.shardsum.scan.files.ReadingPlaces;
import io.shardsum.scan.files.ScanViews;
import io.shardsum.scan.files.SumComparison;
import io.shardsum.scan.files.SumsDifferException;
import io.shardsum.scan.files.WeightRows;
import io.shardsum.scan.judge.BaselineReference;
import io.shardsum.scan.judge.BaselineScan;
import io.shardsum.scan.judge.PastLookup;
import io.shardsum.scan.judge.VerdictStage;
import io.shardsum.scan.judge.ZeroTensors;
import io.shardsum.scan.live.LiveStage;
import io.shardsum.scan.live.LiveSummary;
import io.shardsum.scan.live.LiveVerdict;
import io.shardsum.scan.plan.BackgroundWork;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanSession;
import io.shardsum.scan.plan.ScanSettings;
import io.shardsum.scan.plan.ScanSize;
import io.shardsum.scan.reread.HeaderReading;
import io.shardsum.scan.reread.SecondReading;
import io.shardsum.tables.ClaimedScanException;
import io.shardsum.tables.EarlierScans;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.FindingRow;
import io.shardsum.tables.RankResult;
import io.shardsum.tables.ScanClaim;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanTables;
import io.shardsum.tables.SqlStage;
import io.shardsum.verdict.Agreement;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.MisreadHeader;
import io.shardsum.verdict.RankOfEngine;
import io.shardsum.verdict.ReadBy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.types.StructType;

/**
 * One scan of a fleet: reads every shard once, and lands the tables. The stages are SQL; this class
 * gives them their inputs and puts their outputs in place, in order.
 */
public final class FleetScan {

  private final SparkSession session;
  private final List<PlannedFile> files;
  private final ScanSize size;
  private final ScanRequest request;
  private final ScanTables tables;
  private final ScanMetrics metrics;
  private final Hasher hasher;
  private final RereadLimits limits;
  private final AcceleratedPlans plans = new AcceleratedPlans();

  /**
   * Prepares a scan.
   *
   * @param session its views and functions are not touched: the scan has a session of its own
   * @throws java.io.UncheckedIOException if it asks for GPUs, and this jar cannot use them
   */
  public FleetScan(SparkSession session, ScanRequest request, ScanProgress progress) {
    this(session, request, progress, Hasher.of(accelerator(session)));
  }

  public FleetScan(
      SparkSession session, ScanRequest request, ScanProgress progress, Hasher hasher) {
    this(session, request, progress, hasher, accelerator(session)::registerFunctions);
  }

  /**
   * A scan with functions of one's own.
   *
   * @param functions registers chunk_sum and sglang_checksum in the scan's session
   */
  public FleetScan(
      SparkSession session,
      ScanRequest request,
      ScanProgress progress,
      Hasher hasher,
      Consumer<SparkSession> functions) {
    ScanSettings.check(session.sparkContext().getConf());
    this.files = PlannedFile.of(request.inventory());
    this.size =
        ScanSize.of(
            files.stream().map(PlannedFile::scanned).toList(),
            session.sparkContext().hadoopConfiguration());
    this.session = ScanSession.of(session, size);
    this.limits = RereadLimits.of(session.conf());
    this.request = request;
    this.tables = ScanTables.of(request.out(), request.scanId(), request.startedAt());
    this.metrics = new ScanMetrics(SparkEnv.get(), progress);
    this.hasher = hasher;
    functions.accept(this.session);
  }

  private static Accelerator accelerator(SparkSession session) {
    return Accelerator.of(session.sparkContext().getConf());
  }

  /**
   * Scans.
   *
   * @return what the tables say now
   * @throws java.io.UncheckedIOException if the tables cannot be written
   * @throws ClaimedScanException if a scan of this name runs
   * @throws SumsDifferException if the request says to verify, and a GPU and the CPU differ
   * @throws UntrustedScanException if a canary was not hashed as it should be
   */
  public ScanSummary run() {
    return run(Clock.systemUTC());
  }

  /**
   * Scans, as {@link #run()} does.
   *
   * @param clock says when the scan ends; another than the system's for a scan of a past night
   */
  public ScanSummary run(Clock clock) {
    Map<String, BaselineReference> baselines = baselines();
    ExpectedStage expected = ExpectedStage.plan(request, session);
    Configuration hadoopConf = session.sparkContext().hadoopConfiguration();
    try (ScanClaim claim =
        ScanClaim.take(tables, request.startedAt(), request.takeOver(), hadoopConf)) {
      tables.removeEarlier(hadoopConf);
      return land(baselines, expected, claim, clock);
    }
  }

  private ScanSummary land(
      Map<String, BaselineReference> baselines,
      ExpectedStage expected,
      ScanClaim claim,
      Clock clock) {
    viewRanks(Map.of());
    view(
        "expected_engines",
        ScanViews.expectedEngines(request.inventory()),
        ScanViews.EXPECTED_ENGINES);
    try (LiveStage live = LiveStage.begin(request);
        BackgroundWork work = new BackgroundWork()) {
      Reading reading = readWeights();
      ScanSummary summary = landReduced(reading, baselines, expected, live, work);
      work.await();
      claim.requireHeld();
      tables.write(
          ScanTable.SCANS,
          rows(List.of(ScanRow.of(session, summary, clock.instant())), ScanTable.SCANS.schema()));
      metrics.landed(summary, clock);
      return summary;
    }
  }

  /** What reading the weights left behind. */
  private record Reading(
      ReadTimes times,
      ReadingPlaces places,
      Map<ReadBy, Long> brokenHeaders,
      CanaryResult canaries) {}

  private Reading readWeights() {
    ReadListener listener = new ReadListener(metrics);
    SumComparison comparison = new SumComparison(session.sparkContext());
    session.sparkContext().addSparkListener(listener);
    session.sparkContext().addSparkListener(comparison);
    try (CanaryFiles canaryFiles =
        new CanaryFiles(tables, session.sparkContext().hadoopConfiguration())) {
      Canaries canaries = new Canaries(canaryFiles, request.scanId());
      metrics.readingBegins(PlannedFile.bytes(files));
      List<Row> canaryRows = landTensors(canaries);
      comparison.check();
      CanaryResult result = canaries.check(canaryRows);
      metrics.readingEnds();
      return new Reading(
          listener.times(Instant.now()).without(canaries.bytes()),
          listener.places(),
          listener.brokenHeaders(),
          result);
    } catch (Exception e) { // Spark throws checked exceptions, too, and declares none
      comparison.check(e);
      throw e;
    } finally {
      session.sparkContext().removeSparkListener(comparison);
      session.sparkContext().removeSparkListener(listener);
    }
  }

  /** Before anything is read: a baseline that does not fit is refused at once. */
  private Map<String, BaselineReference> baselines() {
    return request
        .baseline()
        .map(b -> new BaselineScan(b, new EarlierScans(session, request.out())))
        .map(scan -> scan.references(request.inventory()))
        .orElse(Map.of());
  }

  private ScanSummary landReduced(
      Reading reading,
      Map<String, BaselineReference> baselines,
      ExpectedStage expected,
      LiveStage live,
      BackgroundWork work) {
    Dataset<Row> formRows = SqlStage.FORMS.in(session);
    Supplier<List<Row>> forms = work.compute(formRows::collectAsList);
    Supplier<List<Row>> zeros = work.compute(() -> ZeroTensors.ofFiles(session));
    StructType tensorSchema = session.table(ScanTable.TENSORS.tableName()).schema();
    expected.landTensors(session, tables, tensorSchema);
    live.landTensors(session, tables, tensorSchema);
    Map<RankOfEngine, String> notChecked = LocalFiles.readElsewhere(session, request.inventory());
    if (!notChecked.isEmpty()) {
      viewRanks(notChecked);
    }
    Reduced ranksReduced = reduce(ScanTable.RANKS, SqlStage.RANKS);
    List<RankResult> ranks = ranksReduced.rows().stream().map(RankResult::of).toList();
    Reduced engines = reduce(ScanTable.ENGINES, SqlStage.ENGINES);
    Instant judgingBegins = Instant.now();
    PastLookup past = new PastLookup(session, request.out());
    VerdictStage verdict =
        new VerdictStage(session, request, ranks, forms.get(), baselines, expected, past);
    plans.add(SqlStage.FORMS, ExecutedPlan.operators(formRows.queryExecution().executedPlan()));
    List<Finding> ofFiles =
        verdict.findings(
            new SecondReading(session, files, reading.places(), limits, expected),
            new HeaderReading(session, files, reading.places()),
            new ZeroTensors(zeros.get()));
    reading
        .brokenHeaders()
        .forEach((by, headers) -> ofFiles.add(MisreadHeader.brokenAtFirst(headers, by)));
    Optional<LiveVerdict> ofEngines =
        live.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new LiveVerdict(
                    session,
                    request,
                    tensorSchema,
                    ranks,
                    live.landed(),
                    expected,
                    ofFiles,
                    limits,
                    past));
    List<Finding> findings = new ArrayList<>(ofFiles);
    ofEngines.ifPresent(engine -> findings.addAll(engine.findings()));
    findings.addAll(expected.findings());
    Map<RankOfEngine, CoverageCount.Amount> differing = verdict.differing();
    Map<RankOfEngine, CoverageCount.Amount> differingLive =
        ofEngines.map(LiveVerdict::differing).orElse(Map.of());
    Dataset<Row> allRanks =
        DifferingColumns.of(differing, differingLive)
            .addedTo(withOtherSources(ScanTable.RANKS, ranksReduced, expected, live));
    work.start(() -> tables.write(ScanTable.RANKS, allRanks.coalesce(1)));
    Coverage coverage = verdict.coverage(ofFiles, differing);
    LiveSummary answers =
        ofEngines.map(e -> e.summary(request.startedAt(), differingLive)).orElse(LiveSummary.NONE);
    findings.addAll(past.notes());
    List<EngineResult> engineResults = engines.rows().stream().map(EngineResult::of).toList();
    Map<String, Agreement> agreements = verdict.agreements();
    Dataset<Row> allEngines =
        AgreementColumns.of(engineResults, agreements, findings, answers)
            .addedTo(withOtherSources(ScanTable.ENGINES, engines, expected, live));
    work.start(() -> tables.write(ScanTable.ENGINES, allEngines.coalesce(1)));
    Dataset<Row> findingRows =
        rows(findings.stream().map(FindingRow::of).toList(), ScanTable.FINDINGS.schema());
    work.start(() -> tables.write(ScanTable.FINDINGS, findingRows.coalesce(1)));
    return new ScanSummary(
        request,
        ranks,
        engineResults,
        findings,
        agreements,
        coverage,
        answers,
        reading.times(),
        Duration.between(judgingBegins, Instant.now()),
        reading.canaries(),
        acceleratorUsed());
  }

  private void viewRanks(Map<RankOfEngine, String> notChecked) {
    view(
        "expected_ranks",
        ScanViews.expectedRanks(request.inventory(), notChecked),
        ScanViews.EXPECTED_RANKS);
  }

  /**
   * Reads the weights: the one stage that is as long as the fleet is large.
   *
   * @return the rows of canaries, which do not land
   */
  private List<Row> landTensors(Canaries canaries) {
    return switch (hasher) {
      case READER -> {
        Dataset<Row> all = tensors(canaries::among);
        yield CanaryRows.of(landTensors(CanaryRows.takenOut(all)));
      }
      case FUNCTION -> {
        Dataset<Row> ofCanaries = tensors(canaries::insteadOf);
        landTensors(tensors((ofFleet, digest) -> ofFleet));
        yield ofCanaries.collectAsList();
      }
    };
  }

  private Dataset<Row> tensors(WeightRows.Planting planting) {
    new WeightRows(session, files, size, hasher, request, planting).createViews();
    return SqlStage.TENSORS.in(session);
  }

  private QueryExecution landTensors(Dataset<Row> tensors) {
    QueryExecution written =
        ExecutedWrite.of(session, () -> tables.write(ScanTable.TENSORS, tensors));
    plans.add(SqlStage.TENSORS, ExecutedPlan.operators(written.executedPlan()));
    tables
        .read(ScanTable.TENSORS, tensors.schema(), session)
        .where(col("source").equalTo(WeightSource.FILES.name()))
        .createOrReplaceTempView(ScanTable.TENSORS.tableName());
    return written;
  }

  /** The rows of a stage, which are a view for the stages that follow. */
  private record Reduced(List<Row> rows, Dataset<Row> view) {}

  private Reduced reduce(ScanTable table, SqlStage stage) {
    Dataset<Row> stageRows = stage.in(session);
    List<Row> rows = named(stage, collected(stage, stageRows), stageRows.schema());
    return new Reduced(rows, view(table.tableName(), rows, stageRows.schema()));
  }

  private static Dataset<Row> withOtherSources(
      ScanTable table, Reduced ofFiles, ExpectedStage expected, LiveStage live) {
    return expected.added(table, live.added(table, ofFiles.view()));
  }

  private List<Row> named(SqlStage stage, List<Row> rows, StructType schema) {
    return stage == SqlStage.RANKS ? NamesTwice.named(session, rows, schema) : rows;
  }

  private List<Row> collected(SqlStage stage, Dataset<Row> stageRows) {
    List<Row> rows = stageRows.collectAsList();
    plans.add(stage, ExecutedPlan.operators(stageRows.queryExecution().executedPlan()));
    return rows;
  }

  private Optional<String> acceleratorUsed() {
    return switch (accelerator(session)) {
      case CPU -> Optional.empty();
      case GPU -> Optional.of(plans.text());
    };
  }

  private Dataset<Row> view(String name, List<Row> rows, StructType schema) {
    Dataset<Row> view = rows(rows, schema);
    view.createOrReplaceTempView(name);
    return view;
  }

  private Dataset<Row> rows(List<Row> rows, StructType schema) {
    return session.createDataFrame(rows, schema);
  }
}
