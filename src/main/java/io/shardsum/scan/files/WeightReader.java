package io.shardsum.scan.files;

import static org.apache.spark.sql.functions.col;

import io.shardsum.fleet.WeightSource;
import io.shardsum.gpu.Accelerator;
import io.shardsum.scan.canary.Canaries;
import io.shardsum.scan.canary.CanaryFiles;
import io.shardsum.scan.canary.CanaryResult;
import io.shardsum.scan.canary.CanaryRows;
import io.shardsum.scan.canary.UntrustedScanException;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanSize;
import io.shardsum.source.sums.SumsDifferException;
import io.shardsum.tables.LandedWave;
import io.shardsum.tables.NamedJobs;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanWaves;
import io.shardsum.tables.SqlStage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.QueryExecution;

/**
 * Reads all weights in files once, canaries among them, and lands the table {@code tensors}: the
 * stage that is as long as the fleet is large. It reads in waves, each of which lands as a whole
 * when its own canaries were found. While one is being read, the tasks of the next one wait for
 * cores that become free.
 */
public final class WeightReader {

  private static final int WAVES_AT_A_TIME = 2;
  private static final long LONGEST_WAIT_SECONDS = 60;

  /** Their rows are some 10 MB. */
  private static final long MOST_TENSORS_OF_DRIVER = 20_000;

  /** Their sums are 8 MB. */
  private static final long MOST_CHUNKS_OF_DRIVER = 1_000_000;

  /** A wave as Spark has written it, and what became of its canaries. */
  private record Landed(QueryExecution written, CanaryResult canaries, long canaryBytes) {}

  private final SparkSession session;
  private final ScanRequest request;
  private final ScanWaves waves;
  private final WavePlan plan;
  private final Hasher hasher;
  private final Accelerator accelerator;
  private final AcceleratedPlans plans;
  private final ScanProgress progress;
  private final GpuFaults faults;
  private final MisplacedTasks misplaced;

  /**
   * Prepares.
   *
   * @param waves takes what lands
   * @param plan says what is read in which wave
   * @param hasher sums chunks
   * @param accelerator runs plans
   * @param plans takes note of what is executed
   * @param progress hears how far the reading is
   */
  public WeightReader(
      SparkSession session,
      ScanRequest request,
      ScanWaves waves,
      WavePlan plan,
      Hasher hasher,
      Accelerator accelerator,
      AcceleratedPlans plans,
      ScanProgress progress) {
    this.session = session;
    this.request = request;
    this.waves = waves;
    this.plan = plan;
    this.hasher = hasher;
    this.accelerator = accelerator;
    this.plans = plans;
    this.progress = progress;
    this.faults = new GpuFaults(session.sparkContext());
    this.misplaced = new MisplacedTasks(session, waves);
  }

  /**
   * Reads.
   *
   * @param files of the fleet that are to be read
   * @throws io.shardsum.source.sums.SumsDifferException if the request says to verify, and a GPU
   *     and the CPU differ
   * @throws io.shardsum.source.sums.DeviceException if there is no GPU where one was asked for
   * @throws UntrustedScanException if a canary was not hashed as it should be
   */
  public WeightReading read(List<PlannedFile> files, ScanSize size) {
    SparkContext spark = session.sparkContext();
    ReadListener listener = new ReadListener(progress);
    spark.addSparkListener(listener);
    CachedReads cached = new CachedReads(progress, waves.tables().canaries().getName());
    spark.addSparkListener(faults);
    spark.addSparkListener(cached);
    try (CanaryFiles canaryFiles = new CanaryFiles(waves.tables(), spark.hadoopConfiguration())) {
      progress.readingBegins(PlannedFile.bytes(files));
      List<Landed> landed = landWaves(files, size, canaryFiles);
      landed.forEach(
          wave ->
              plans.add(SqlStage.TENSORS, ExecutedPlan.operators(wave.written().executedPlan())));
      plans.addBytesOnGpu(listener.bytesOnGpu());
      progress.readingEnds();
      return new WeightReading(
          landed(),
          listener
              .times(Instant.now())
              .without(landed.stream().mapToLong(Landed::canaryBytes).sum()),
          listener.executors(),
          listener.brokenHeaders(),
          landed.stream().map(Landed::canaries).reduce(CanaryResult.NONE, CanaryResult::plus));
    } catch (UntrustedScanException | SumsDifferException e) {
      waves.forget(); // nor is what landed before to be trusted
      throw e;
    } finally {
      spark.removeSparkListener(cached);
      spark.removeSparkListener(faults);
      spark.removeSparkListener(listener);
    }
  }

  /** The first failure ends all waves. */
  private List<Landed> landWaves(List<PlannedFile> files, ScanSize size, CanaryFiles canaryFiles) {
    WaveQueue queue = plan.waves(files);
    SparkContext spark = session.sparkContext();
    String tag = "waves-of-" + request.scanId().text();
    ExecutorService threads = Executors.newFixedThreadPool(WAVES_AT_A_TIME);
    CompletionService<List<Landed>> done = new ExecutorCompletionService<>(threads);
    LandedEngines engines = new LandedEngines(files, progress);
    AtomicBoolean failed = new AtomicBoolean();
    try {
      for (int thread = 0; thread < WAVES_AT_A_TIME; thread++) {
        done.submit(
            () -> {
              spark.addJobTag(tag);
              List<Landed> landed = new ArrayList<>();
              Optional<WaveQueue.Wave> next = queue.next();
              while (next.isPresent() && !failed.get()) {
                WaveQueue.Wave wave = next.get();
                ScanSize sizeOfWave = size.part(wave.files().size(), files.size());
                landed.add(
                    NamedJobs.named(
                        session,
                        wave.description(),
                        () -> landWave(wave.files(), sizeOfWave, canaryFiles)));
                engines.add(wave.files());
                queue.landed(wave.files());
                next = queue.next();
              }
              return landed;
            });
      }
      List<Landed> landed = new ArrayList<>();
      for (int waiting = WAVES_AT_A_TIME; waiting > 0; waiting--) {
        landed.addAll(done.take().get());
      }
      return landed;
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while weights were being read", e);
    } finally {
      failed.set(true);
      spark.cancelJobsWithTag(tag);
      threads.shutdown();
      awaitEnd(threads);
    }
  }

  private Landed landWave(List<PlannedFile> files, ScanSize size, CanaryFiles canaryFiles) {
    Canaries canaries = new Canaries(canaryFiles, request.scanId());
    CanaryRows aside = new CanaryRows(session, accelerator);
    WeightRows rows = new WeightRows(session, files, size, request, hasher);
    List<ReadAlike> withCanaries =
        rows.readAlike().stream().map(r -> r.with(canaries.among(r.files(), r.digest()))).toList();
    Path wave = waves.next();
    try {
      QueryExecution written =
          isForDriver(size)
              ? collected(wave, aside.takenOut(rows.tensors(withCanaries)))
              : written(wave, aside.takenOut(rows.inFewFiles(withCanaries)));
      faults.check();
      CanaryResult result = canaries.check(aside);
      waves.land(
          misplaced.mended(wave, files, again -> rows(again, size)),
          new LandedWave.Content(
              plan.stamps().parts(files), result.shards(), result.found(), List.of()));
      return new Landed(written, result, canaries.bytes());
    } catch (Exception e) { // Spark throws checked exceptions, too, and declares none
      faults.check(e);
      throw e;
    }
  }

  /** Few rows land sooner by the driver, as one file: they do not move between executors first. */
  private boolean isForDriver(ScanSize size) {
    return accelerator == Accelerator.CPU
        && size.tensors() <= MOST_TENSORS_OF_DRIVER
        && size.chunks() <= MOST_CHUNKS_OF_DRIVER;
  }

  private QueryExecution collected(Path wave, Dataset<Row> tensors) {
    return ExecutedWrite.ofCollected(
        tensors, rows -> waves.writeFew(wave, session.createDataFrame(rows, tensors.schema())));
  }

  private QueryExecution written(Path wave, Dataset<Row> tensors) {
    return ExecutedWrite.of(session, wave, () -> waves.write(wave, tensors));
  }

  private Dataset<Row> rows(List<PlannedFile> files, ScanSize size) {
    WeightRows rows = new WeightRows(session, files, size, request, hasher);
    return rows.inFewFiles(rows.readAlike());
  }

  private static RuntimeException failure(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException failure
        ? failure
        : new IllegalStateException("Cannot read the weights", cause);
  }

  /** Nothing is written any more once this returns. */
  private static void awaitEnd(ExecutorService threads) {
    try {
      if (!threads.awaitTermination(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private Dataset<Row> landed() {
    return waves
        .tables()
        .read(ScanTable.TENSORS, session)
        .where(col("source").equalTo(WeightSource.FILES.name()));
  }
}
