package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.nvidia.spark.rapids.ExplainPlan;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.FileDigest;
import io.shardsum.fleet.Inventory;
import io.shardsum.gpu.Accelerator;
import io.shardsum.scan.canary.CanaryRows;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanSession;
import io.shardsum.scan.plan.ScanSize;
import io.shardsum.source.ChunkSum;
import io.shardsum.source.TensorChecksum;
import io.shardsum.source.sums.Devices;
import io.shardsum.source.sums.FakeDevice;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.SqlStage;
import io.shardsum.tables.Verdict;
import io.shardsum.testing.Landed;
import io.shardsum.testing.SmallFleet;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.MutableURLClassLoader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the RAPIDS Accelerator would run on a GPU, in its own words: it explains the statements of a
 * scan, over its inputs, on a machine that needs no GPU. Landing is a command, which it does not
 * explain without running it.
 */
@Tag("gpu")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GpuPlanTest {

  private static final String ADAPTIVE = "spark.sql.adaptive.enabled";

  /** What stays on the CPU, and must: there is nothing on the device before it. */
  private static final Set<String> READS =
      Set.of(
          "BatchScanExec", // files of weights are read by our own source
          "SafetensorsScan", // which that operator holds
          "LocalTableScanExec"); // what the driver knows: the inventory, and tables that it

  // collected

  private SparkSession spark;
  private Landed landed;
  private SparkSession sessionOfTheScan;
  private List<PlannedFile> files;
  private WeightRows rows;

  @BeforeAll
  void scan(@TempDir Path directory) throws InterruptedException {
    // Under spark-submit it is one already; the plugin finds its classes by no other.
    Thread.currentThread()
        .setContextClassLoader(
            new MutableURLClassLoader(new URL[0], Thread.currentThread().getContextClassLoader()));
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.plugins", "com.nvidia.spark.SQLPlugin")
            .config("spark.rapids.sql.mode", "explainOnly")
            .config(Devices.SETTING, FakeDevice.class.getName())
            // The explanation fails on a plan that uses an exchange twice.
            .config("spark.sql.exchange.reuse", false)
            .getOrCreate();
    SmallFleet fleet =
        SmallFleet.withDraft(directory.resolve("fleet"), 2, 2)
            .engine("a")
            .engine("b", List.of("digest: both"));
    SmallFleet.flipBit(fleet.shard("b", 1, 0), "model.layers.0.mlp.down_proj.weight");
    landed = Landed.of(spark, fleet.inventory(), directory.resolve("tables"));
    ScanRequest request = landed.summary().request();
    ScanSize size = new ScanSize(100, 100);
    sessionOfTheScan = ScanSession.of(spark, size);
    Accelerator.GPU.registerFunctions(sessionOfTheScan);
    files = PlannedFile.of(request.inventory());
    rows = new WeightRows(sessionOfTheScan, files, size, request, Hasher.GPU);
  }

  @AfterAll
  void stop() {
    spark.stop();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MERGED")
  void everyStatementRunsOnTheGpuBehindItsReads(SqlStage stage) {
    assertThat(fallbacks(rows(stage))).isSubsetOf(READS);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MERGED")
  void soDoesEveryStatementWithAnAdaptivePlan(SqlStage stage) {
    sessionOfTheScan.conf().set(ADAPTIVE, true);
    try {
      assertThat(fallbacks(rows(stage))).isSubsetOf(READS);
    } finally {
      sessionOfTheScan.conf().set(ADAPTIVE, false);
    }
  }

  /** Rows of canaries go to the driver in the job that lands all others. */
  @Test
  void takesCanariesOutOnTheGpu() {
    CanaryRows canaries = new CanaryRows(sessionOfTheScan, Accelerator.GPU);

    assertThat(fallbacks(canaries.takenOut(rows(SqlStage.TENSORS)))).isSubsetOf(READS);
  }

  @Test
  void theFunctionsRunOnTheGpu() {
    assertThat(explanation(rows(SqlStage.TENSORS))).containsPattern(onGpu(TensorChecksum.NAME));
    assertThat(
            explanation(
                sessionOfTheScan
                    .read()
                    .format("safetensors")
                    .load(files.get(0).file().path())
                    .selectExpr("tensor", "chunk_sum(data, first_word, tensor_bytes)")))
        .containsPattern(onGpu(ChunkSum.NAME));
  }

  private static String onGpu(String function) {
    return "\\*Expression <ScalaUDF> " + function + "\\(.*\\) will run on GPU";
  }

  @Test
  void aFunctionForTheCpuWouldBeSeen() {
    SparkSession session = spark.newSession();
    TensorChecksum.register(session);

    assertThat(fallbacks(session.range(1).selectExpr("sglang_checksum(id)"))).contains("ScalaUDF");
  }

  @Test
  void theScanRanOnTheCpuMeanwhileAndFoundWhatThereIs() {
    assertThat(landed.summary().verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(landed.rows(ScanTable.TENSORS, "status = 'HASHED' AND checksum IS NULL")).isEmpty();
  }

  /** A statement of the scan over its inputs. */
  private Dataset<Row> rows(SqlStage stage) {
    Inventory inventory = landed.summary().request().inventory();
    return switch (stage) {
      case WHOLE, MERGED, CHUNKS ->
          rows.rows(
              stage,
              List.of(new ReadAlike(stage, Digest.BOTH, FileDigest.NONE, files)),
              new ArrayList<>());
      case TENSORS -> rows.inFewFiles(rows.readAlike());
      case RANKS ->
          stage
              .query()
              .with("tensors", table(ScanTable.TENSORS))
              .with(
                  "expected_ranks",
                  sessionOfTheScan.createDataFrame(
                      ScanViews.expectedRanks(inventory, Map.of()), ScanViews.EXPECTED_RANKS))
              .in(sessionOfTheScan);
      case ENGINES ->
          stage
              .query()
              .with("ranks", table(ScanTable.RANKS))
              .with(
                  "expected_engines",
                  sessionOfTheScan.createDataFrame(
                      ScanViews.expectedEngines(inventory), ScanViews.EXPECTED_ENGINES))
              .in(sessionOfTheScan);
      case FORMS -> stage.query().with("tensors", table(ScanTable.TENSORS)).in(sessionOfTheScan);
    };
  }

  private Dataset<Row> table(ScanTable table) {
    return sessionOfTheScan.read().parquet(landed.out().resolve(table.tableName()).toString());
  }

  /**
   * The operators ({@code !}) and expressions ({@code ^}: "via CPU bridge") that a plan would leave
   * on the CPU.
   */
  private static Stream<String> fallbacks(Dataset<Row> plan) {
    return explanation(plan)
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("!") || line.startsWith("^"))
        .map(line -> line.replaceFirst("^.\\s*\\w* ?<(\\w+)> .*", "$1"));
  }

  private static String explanation(Dataset<Row> plan) {
    return ExplainPlan.explainPotentialGpuPlan(plan, "ALL");
  }
}
