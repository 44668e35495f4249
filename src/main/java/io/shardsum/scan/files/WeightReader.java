package io.shardsum.scan.files;

import static org.apache.spark.sql.functions.col;

import io.shardsum.fleet.WeightSource;
import io.shardsum.gpu.Accelerator;
import io.shardsum.scan.canary.Canaries;
import io.shardsum.scan.canary.CanaryFiles;
import io.shardsum.scan.canary.CanaryResult;
import io.shardsum.scan.canary.CanaryRows;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanSize;
import io.shardsum.tables.NamedJobs;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.ScanTables;
import io.shardsum.tables.SqlStage;
import io.shardsum.text.NumberWords;
import java.time.Instant;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.QueryExecution;

/**
 * Reads all weights in files once, canaries among them, and lands the table {@code tensors}: the
 * stage that is as long as the fleet is large.
 */
public final class WeightReader {

  private final SparkSession session;
  private final ScanRequest request;
  private final ScanTables tables;
  private final Hasher hasher;
  private final Accelerator accelerator;
  private final AcceleratedPlans plans;
  private final ScanProgress progress;

  /**
   * Prepares.
   *
   * @param hasher sums chunks
   * @param accelerator runs plans
   * @param plans takes note of what is executed
   * @param progress hears how far the reading is
   */
  public WeightReader(
      SparkSession session,
      ScanRequest request,
      ScanTables tables,
      Hasher hasher,
      Accelerator accelerator,
      AcceleratedPlans plans,
      ScanProgress progress) {
    this.session = session;
    this.request = request;
    this.tables = tables;
    this.hasher = hasher;
    this.accelerator = accelerator;
    this.plans = plans;
    this.progress = progress;
  }

  /**
   * Reads.
   *
   * @param files of the fleet
   * @throws io.shardsum.source.sums.SumsDifferException if the request says to verify, and a GPU
   *     and the CPU differ
   * @throws io.shardsum.source.sums.DeviceException if there is no GPU where one was asked for
   * @throws io.shardsum.scan.canary.UntrustedScanException if a canary was not hashed as it should
   *     be
   */
  public WeightReading read(List<PlannedFile> files, ScanSize size) {
    SparkContext spark = session.sparkContext();
    ReadListener listener = new ReadListener(progress);
    GpuFaults faults = new GpuFaults(spark);
    spark.addSparkListener(listener);
    CachedReads cached = new CachedReads(progress, tables.canaries().getName());
    spark.addSparkListener(faults);
    spark.addSparkListener(cached);
    try (CanaryFiles canaryFiles = new CanaryFiles(tables, spark.hadoopConfiguration())) {
      Canaries canaries = new Canaries(canaryFiles, request.scanId());
      WeightRows rows = new WeightRows(session, files, size, request, hasher);
      progress.readingBegins(PlannedFile.bytes(files));
      LandedEngines landed = new LandedEngines(files, progress);
      CanaryRows aside = new CanaryRows(session, accelerator);
      Dataset<Row> tensors =
          NamedJobs.named(
              session,
              "hash " + NumberWords.count(files.size(), "file"),
              () -> land(rows, canaries, aside));
      landed.add(files);
      faults.check();
      plans.addBytesOnGpu(listener.bytesOnGpu());
      CanaryResult result = canaries.check(aside);
      progress.readingEnds();
      return new WeightReading(
          tensors,
          listener.times(Instant.now()).without(canaries.bytes()),
          listener.executors(),
          listener.brokenHeaders(),
          result);
    } catch (Exception e) { // Spark throws checked exceptions, too, and declares none
      faults.check(e);
      throw e;
    } finally {
      spark.removeSparkListener(cached);
      spark.removeSparkListener(faults);
      spark.removeSparkListener(listener);
    }
  }

  private Dataset<Row> land(WeightRows rows, Canaries canaries, CanaryRows aside) {
    List<ReadAlike> withCanaries =
        rows.readAlike().stream().map(r -> r.with(canaries.among(r.files(), r.digest()))).toList();
    Dataset<Row> tensors = aside.takenOut(rows.tensors(withCanaries));
    QueryExecution written =
        ExecutedWrite.of(session, () -> tables.write(ScanTable.TENSORS, tensors));
    plans.add(SqlStage.TENSORS, ExecutedPlan.operators(written.executedPlan()));
    return landed();
  }

  private Dataset<Row> landed() {
    return tables
        .read(ScanTable.TENSORS, session)
        .where(col("source").equalTo(WeightSource.FILES.name()));
  }
}
