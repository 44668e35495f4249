package io.shardsum.scan;

import io.shardsum.gpu.Accelerator;
import io.shardsum.scan.canary.CanaryResult;
import io.shardsum.scan.checkpoint.CheckpointSource;
import io.shardsum.scan.files.AcceleratedPlans;
import io.shardsum.scan.files.CachedReads;
import io.shardsum.scan.files.Hasher;
import io.shardsum.scan.files.LandedFiles;
import io.shardsum.scan.files.WavePlan;
import io.shardsum.scan.files.WeightReader;
import io.shardsum.scan.files.WeightReading;
import io.shardsum.scan.judge.BaselineReference;
import io.shardsum.scan.judge.BaselineScan;
import io.shardsum.scan.judge.PastLookup;
import io.shardsum.scan.judge.SourceResult;
import io.shardsum.scan.live.LiveSource;
import io.shardsum.scan.manifest.ManifestSource;
import io.shardsum.scan.plan.BackgroundWork;
import io.shardsum.scan.plan.LocalPaths;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanSession;
import io.shardsum.scan.plan.ScanSettings;
import io.shardsum.scan.plan.ScanSize;
import io.shardsum.scan.reuse.Reuse;
import io.shardsum.tables.BegunScan;
import io.shardsum.tables.ClaimedScanException;
import io.shardsum.tables.Compaction;
import io.shardsum.tables.EarlierScans;
import io.shardsum.tables.FindingRow;
import io.shardsum.tables.RowSource;
import io.shardsum.tables.ScanClaim;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanTables;
import io.shardsum.tables.ScanWaves;
import io.shardsum.tables.StoredScans;
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
 * files are read, once, while running engines are asked; what engines answered lands beside them,
 * and checkpoints are read; tensors become ranks, and these engines; each source is judged, after
 * what differs was read again; what checkpoints say lands, and the other tables, and last the row
 * that says that the scan exists.
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
  private Optional<Dataset<Row>> kept = Optional.empty();

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
    this.wavePlan = new WavePlan(files, request.reading(), session);
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
    Configuration hadoopConf = session.sparkContext().hadoopConfiguration();
    CheckpointSource checkpoints = CheckpointSource.plan(request, session);
    ManifestSource manifests = ManifestSource.plan(request.inventory(), hadoopConf);
    try (ScanClaim claim =
        ScanClaim.take(tables, request.startedAt(), request.takeOver(), hadoopConf)) {
      ScanWaves waves = new ScanWaves(tables, claim, hadoopConf);
      Optional<LandedFiles> landed = begin(waves, hadoopConf);
      try (LiveSource live = LiveSource.begin(request);
          BackgroundWork work = new BackgroundWork()) {
        ScanSummary summary = land(waves, landed, baselines, checkpoints, manifests, live, work);
        work.await();
        claim.requireHeld();
        tables.write(
            ScanTable.SCANS,
            rows(List.of(ScanRow.of(session, summary, clock.instant())), ScanTable.SCANS.schema()));
        waves.forget();
        metrics.landed(summary, clock);
        return summary;
      } finally {
        forgetKept();
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
        Compaction.forget(
            request.scanId(),
            session,
            request.out(),
            new StoredScans(request.out(), hadoopConf),
            request.startedAt());
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
      ManifestSource manifests,
      LiveSource live,
      BackgroundWork work) {
    List<PlannedFile> left = landed.map(LandedFiles::left).orElse(files);
    PastLookup past = new PastLookup(session, request.out());
    Reuse reuse = Reuse.land(session, request, left, tables, past);
    WeightReading reading = read(reuse.filesToRead(), waves, metrics);
    FleetJudge.Metadata metadata = FleetJudge.Metadata.of(reading, session, work);
    List<RowSource> others = List.of(live, checkpoints);
    checkpoints.read(session);
    live.landTensors(reading.tensors(), tables);

    Instant judgingBegins = Instant.now();
    FleetJudge.Judged judged =
        new FleetJudge(
                session,
                request,
                files,
                tables,
                limits,
                plans,
                baselines,
                checkpoints,
                manifests,
                live,
                past)
            .judge(
                reading,
                metadata,
                reuse,
                work,
                (more, insteadOf) -> {
                  forgetKept();
                  LandedFiles.giveUp(insteadOf, waves, session);
                  return read(more, waves, ScanProgress.NONE);
                });
    checkpoints.forgetWhatIsDoubted(judged.findings(), session);
    List<Finding> findings = new ArrayList<>(judged.findings());
    findings.addAll(checkpoints.findings());
    findings.addAll(past.notes());
    findings.addAll(CachedReads.note(request, judged.reading().tensors()));
    checkpoints.landTensors(session, tables);

    List<SourceResult> results = judged.results();
    Dataset<Row> ranks =
        DifferingColumns.of(results)
            .addedTo(withRowsOf(others, judged.reduced().rankRows(), of -> of.ranks(session)));
    Dataset<Row> engines =
        AgreementColumns.of(results, findings)
            .addedTo(withRowsOf(others, judged.reduced().engineRows(), of -> of.engines(session)));
    Dataset<Row> found =
        rows(findings.stream().map(FindingRow::of).toList(), ScanTable.FINDINGS.schema());
    work.start(() -> tables.write(ScanTable.RANKS, ranks.coalesce(1)));
    work.start(() -> tables.write(ScanTable.ENGINES, engines.coalesce(1)));
    work.start(() -> tables.write(ScanTable.FINDINGS, found.coalesce(1)));
    return new ScanSummary(
        request,
        results,
        findings,
        judged.reading().times(),
        Duration.between(judgingBegins, Instant.now()),
        landed
            .map(LandedFiles::canaries)
            .orElse(CanaryResult.NONE)
            .plus(judged.reading().canaries()),
        acceleratorUsed(),
        landed.map(LandedFiles::resumed));
  }

  private WeightReading read(List<PlannedFile> some, ScanWaves waves, ScanProgress progress) {
    forgetKept();
    WeightReading reading =
        new WeightReader(
                session, request, waves, wavePlan, hasher, accelerator(session), plans, progress)
            .read(some, size.part(some.size(), files.size()));
    if (accelerator(session) == Accelerator.CPU && waves.isOnStore() && waves.areFew()) {
      kept = Optional.of(reading.tensors().persist());
    }
    return reading;
  }

  /** More rows may have landed: what is kept of those before knows nothing of them. */
  private void forgetKept() {
    kept.ifPresent(rows -> rows.unpersist(true));
    kept = Optional.empty();
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
