package io.shardsum.scan;

import io.shardsum.fleet.WeightSource;
import io.shardsum.gpu.Accelerator;
import io.shardsum.scan.canary.CanaryResult;
import io.shardsum.scan.checkpoint.CheckpointSource;
import io.shardsum.scan.files.AcceleratedPlans;
import io.shardsum.scan.files.CachedReads;
import io.shardsum.scan.files.FileReduction;
import io.shardsum.scan.files.Hasher;
import io.shardsum.scan.files.KeptRows;
import io.shardsum.scan.files.LandedFiles;
import io.shardsum.scan.files.WavePlan;
import io.shardsum.scan.files.WeightReader;
import io.shardsum.scan.files.WeightReading;
import io.shardsum.scan.judge.BaselineReference;
import io.shardsum.scan.judge.BaselineScan;
import io.shardsum.scan.judge.CopySource;
import io.shardsum.scan.judge.FileCopies;
import io.shardsum.scan.judge.Judge;
import io.shardsum.scan.judge.Judgement;
import io.shardsum.scan.judge.PastLookup;
import io.shardsum.scan.judge.SecondReader;
import io.shardsum.scan.judge.SourceResult;
import io.shardsum.scan.judge.ZeroTensors;
import io.shardsum.scan.live.LiveCopies;
import io.shardsum.scan.live.LiveSource;
import io.shardsum.scan.plan.BackgroundWork;
import io.shardsum.scan.plan.LocalPaths;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanSession;
import io.shardsum.scan.plan.ScanSettings;
import io.shardsum.scan.plan.ScanSize;
import io.shardsum.scan.reread.HeaderReading;
import io.shardsum.scan.reread.SecondReading;
import io.shardsum.tables.BegunScan;
import io.shardsum.tables.ClaimedScanException;
import io.shardsum.tables.EarlierScans;
import io.shardsum.tables.FindingRow;
import io.shardsum.tables.RowSource;
import io.shardsum.tables.ScanClaim;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanTables;
import io.shardsum.tables.ScanWaves;
import io.shardsum.tables.SqlStage;
import io.shardsum.verdict.Finding;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * One scan of a fleet. It reads from top to bottom: what does not fit is refused; the weights in
 * files are read, once, while running engines are asked; what checkpoints say and what engines
 * answered lands beside them; tensors become ranks, and these engines; each source is judged, after
 * what differs was read again; the tables land, and last the row that says that the scan exists.
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
  private final WavePlan wavePlan;
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

  /** A scan that hashes in a given way. */
  public FleetScan(
      SparkSession session, ScanRequest request, ScanProgress progress, Hasher hasher) {
    ScanSettings.check(session.sparkContext().getConf());
    LocalPaths.requireHosts(request.inventory(), session.sparkContext());
    this.files = PlannedFile.of(request.inventory());
    this.size =
        ScanSize.of(
            files.stream().map(planned -> planned.file().listed()).toList(),
            request.reading(),
            session.sparkContext().hadoopConfiguration());
    this.session = ScanSession.of(session, size);
    this.limits = RereadLimits.of(session.conf());
    this.wavePlan = new WavePlan(files, session);
    this.request = request;
    this.tables = ScanTables.of(request.out(), request.scanId(), request.startedAt());
    this.metrics = new ScanMetrics(SparkEnv.get(), progress);
    this.hasher = hasher;
    accelerator(session).registerFunctions(this.session);
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
   * @throws io.shardsum.source.sums.SumsDifferException if the request says to verify, and a GPU
   *     and the CPU differ
   * @throws io.shardsum.scan.canary.UntrustedScanException if a canary was not hashed as it should
   *     be
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
    CheckpointSource checkpoints = CheckpointSource.plan(request, session);
    Configuration hadoopConf = session.sparkContext().hadoopConfiguration();
    try (ScanClaim claim =
        ScanClaim.take(tables, request.startedAt(), request.takeOver(), hadoopConf)) {
      ScanWaves waves = new ScanWaves(tables, claim, hadoopConf);
      Optional<LandedFiles> landed = begin(waves, hadoopConf);
      try (LiveSource live = LiveSource.begin(request);
          BackgroundWork work = new BackgroundWork()) {
        ScanSummary summary = land(waves, landed, baselines, checkpoints, live, work);
        work.await();
        claim.requireHeld();
        tables.write(
            ScanTable.SCANS,
            rows(List.of(ScanRow.of(session, summary, clock.instant())), ScanTable.SCANS.schema()));
        waves.forget();
        metrics.landed(summary, clock);
        return summary;
      }
    }
  }

  /** Before anything is read: a baseline that does not fit is refused at once. */
  private Map<String, BaselineReference> baselines() {
    return request
        .baseline()
        .map(b -> new BaselineScan(b, EarlierScans.open(session, request.out())))
        .map(scan -> scan.references(request.inventory()))
        .orElse(Map.of());
  }

  /** Makes room for the tables. */
  private Optional<LandedFiles> begin(ScanWaves waves, Configuration hadoopConf) {
    BegunScan now = BegunScan.of(request.inventory(), request.startedAt());
    return switch (request.start()) {
      case ANEW -> {
        tables.removeEarlier(hadoopConf);
        waves.begin(now);
        yield Optional.empty();
      }
      case RESUMED -> {
        BegunScan.find(request.out(), request.scanId(), hadoopConf)
            .requireSame(now, request.scanId());
        tables.removeAllButTensors(hadoopConf);
        LandedFiles landed = LandedFiles.find(files, wavePlan, waves, session);
        metrics.resumes(request.scanId().text(), landed.resumed());
        yield Optional.of(landed);
      }
    };
  }

  private ScanSummary land(
      ScanWaves waves,
      Optional<LandedFiles> landed,
      Map<String, BaselineReference> baselines,
      CheckpointSource checkpoints,
      LiveSource live,
      BackgroundWork work) {
    List<PlannedFile> left = landed.map(LandedFiles::left).orElse(files);
    WeightReading reading =
        new WeightReader(
                session, request, waves, wavePlan, hasher, accelerator(session), plans, metrics)
            .read(left, size.part(left.size(), files.size()), KeptRows.NONE);
    Dataset<Row> formRows = SqlStage.FORMS.query().with("tensors", reading.tensors()).in(session);
    Supplier<List<Row>> metadataRows = work.compute(formRows::collectAsList);
    Supplier<List<Row>> zeros = work.compute(() -> ZeroTensors.ofFiles(reading.tensors()));
    List<RowSource> others = List.of(live, checkpoints);
    checkpoints.landTensors(reading.tensors(), tables);
    live.landTensors(reading.tensors(), tables);
    FileReduction reduced =
        FileReduction.of(session, request.inventory(), reading.tensors(), plans);

    Instant judgingBegins = Instant.now();
    PastLookup past = new PastLookup(session, request.out());
    Judgement ofFiles =
        judge(
            fileCopies(reading, reduced, metadataRows.get(), zeros.get(), baselines, checkpoints),
            past);
    plans.add(SqlStage.FORMS, formRows);
    SourceResult inFiles = ofFiles.result(reduced.ranks(), reduced.engines(), Map.of());
    List<Finding> findings = new ArrayList<>(ofFiles.findings());
    SourceResult running = SourceResult.none(WeightSource.LIVE);
    if (!live.isEmpty()) {
      LiveCopies copies = liveCopies(live, reduced, ofFiles, checkpoints);
      Judgement ofEngines = judge(copies, past);
      running = ofEngines.result(copies.ranks(), copies.engines(), copies.withFiles());
      findings.addAll(ofEngines.findings());
    }
    findings.addAll(checkpoints.findings());
    findings.addAll(past.notes());
    findings.addAll(CachedReads.note(request, reading.tensors()));

    List<SourceResult> results = List.of(inFiles, running);
    Dataset<Row> ranks =
        DifferingColumns.of(results)
            .addedTo(withRowsOf(others, reduced.rankRows(), of -> of.ranks(session)));
    Dataset<Row> engines =
        AgreementColumns.of(results, findings)
            .addedTo(withRowsOf(others, reduced.engineRows(), of -> of.engines(session)));
    Dataset<Row> found =
        rows(findings.stream().map(FindingRow::of).toList(), ScanTable.FINDINGS.schema());
    work.start(() -> tables.write(ScanTable.RANKS, ranks.coalesce(1)));
    work.start(() -> tables.write(ScanTable.ENGINES, engines.coalesce(1)));
    work.start(() -> tables.write(ScanTable.FINDINGS, found.coalesce(1)));
    return new ScanSummary(
        request,
        results,
        findings,
        reading.times(),
        Duration.between(judgingBegins, Instant.now()),
        landed.map(LandedFiles::canaries).orElse(CanaryResult.NONE).plus(reading.canaries()),
        acceleratorUsed(),
        landed.map(LandedFiles::resumed));
  }

  private Judgement judge(CopySource copies, PastLookup past) {
    return Judge.judge(copies, request.inventory().fleet(), past, request.startedAt());
  }

  private FileCopies fileCopies(
      WeightReading reading,
      FileReduction reduced,
      List<Row> metadataRows,
      List<Row> zeros,
      Map<String, BaselineReference> baselines,
      CheckpointSource checkpoints) {
    return new FileCopies(
        request.inventory(),
        reading.tensors(),
        reduced.ranks(),
        FileCopies.groups(request.inventory(), reduced.ranks(), metadataRows, baselines),
        metadataRows,
        new ZeroTensors(zeros),
        reading.brokenHeaders(),
        checkpoints,
        Optional.of(
            new SecondReader(
                new HeaderReading(reading.tensors(), files, reading.executors(), request.reading()),
                new SecondReading(
                    reading.tensors(),
                    files,
                    reading.executors(),
                    limits,
                    request.reading(),
                    checkpoints))));
  }

  /** In a session of its own: there are few rows, however large the fleet is. */
  private LiveCopies liveCopies(
      LiveSource live, FileReduction reduced, Judgement ofFiles, CheckpointSource checkpoints) {
    SparkSession ofFewRows = ScanSession.of(session, new ScanSize(0, 0));
    return LiveCopies.of(
        live,
        request,
        tables.read(ScanTable.TENSORS, ofFewRows),
        reduced.ranks(),
        ofFiles.findings(),
        checkpoints,
        limits);
  }

  private static Dataset<Row> withRowsOf(
      List<RowSource> others, Dataset<Row> ofFiles, Function<RowSource, Dataset<Row>> rows) {
    Column[] columns = Arrays.stream(ofFiles.columns()).map(functions::col).toArray(Column[]::new);
    return others.stream()
        .filter(source -> !source.isEmpty())
        .map(source -> rows.apply(source).select(columns))
        .reduce(ofFiles, Dataset::union);
  }

  private Optional<String> acceleratorUsed() {
    return switch (accelerator(session)) {
      case CPU -> Optional.empty();
      case GPU -> Optional.of(plans.text());
    };
  }

  private Dataset<Row> rows(List<Row> rows, StructType schema) {
    return session.createDataFrame(rows, schema);
  }
}
