package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.scan.FleetScan;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.source.sums.DeviceException;
import io.shardsum.source.sums.DeviceMemoryException;
import io.shardsum.source.sums.Devices;
import io.shardsum.source.sums.FakeDevice;
import io.shardsum.source.sums.SumsDifferException;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.Verdict;
import io.shardsum.testing.JavaProcess;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Scans on a GPU that is wrong, or does not work. */
@ExtendWith(LocalSpark.class)
class GpuFaultsTest {

  /** 3 MiB and a bit: four chunks of a file that has more tensors. */
  private static final TensorSpec LARGE =
      new TensorSpec("large.weight", DType.U8, List.of(3L * 1024 * 1024 + 5));

  private static final TensorSpec EMPTY =
      new TensorSpec("empty.weight", DType.BF16, List.of(0L, 4L));

  private static final CountDownLatch SECOND_ATTEMPT = new CountDownLatch(1);

  private static SparkSession spark;

  @TempDir private Path root;

  @BeforeEach
  @AfterEach
  void right() {
    FakeDevice.reset();
  }

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @Test
  void findsNothingWhereItIsRight() {
    SmallFleet fleet = fleet();

    assertThat(scan(fleet, OptionalInt.of(1)).verdict()).isEqualTo(Verdict.EQUAL);
  }

  @Test
  void namesTheFirstChunkThatIsWrong() {
    SmallFleet fleet = fleet();
    FakeDevice.wrongAt(word -> word == 2 * 262_144);

    assertThatThrownBy(() -> scan(fleet, OptionalInt.of(1)))
        .isInstanceOf(SumsDifferException.class)
        .message()
        .matches(
            "Cannot trust GPU of unknown address of host \\S+ \\(executor driver\\): chunk 2 of"
                + " tensor large\\.weight in file:\\S+model-rank-0-part-0\\.safetensors: expected"
                + " sum -?\\d+, as the CPU computed it, found -?\\d+");
    assertThat(Landed.parquetFiles(out().resolve("scans"))).isEmpty();
  }

  /** The stored bytes are summed rightly, and what the engine makes of them is not. */
  @Test
  void namesAWeightThatIsDequantizedWrongly() {
    Path golden = Path.of("src/test/resources/golden");
    FakeDevice.dequantizesWrongly();
    ScanRequest request =
        new ScanRequest(
                Landed.inventory(
                    "fleet: golden\nengines: [ { name: fp8, shards: engines/tp2-fp8, parallelism: {"
                        + " tp: 2 } } ]\n",
                    golden),
                out().toString(),
                new ScanId("test"),
                Landed.STARTED_AT)
            .verifying(OptionalInt.of(1));

    assertThatThrownBy(() -> new FleetScan(spark, request, ScanProgress.NONE, Hasher.GPU).run())
        .isInstanceOf(SumsDifferException.class)
        .hasMessageMatching(
            "Cannot trust GPU .* chunk 0 of tensor \\S+, dequantized, in file:\\S+: expected sum"
                + " -?\\d+, as the CPU computed it, found -?\\d+");
  }

  @Test
  void looksAtEveryFileHoweverSmallTheSample() {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 2).engine("a");
    FakeDevice.wrongAt(word -> true);

    assertThatThrownBy(() -> scan(fleet, OptionalInt.of(999_999_999)))
        .isInstanceOf(SumsDifferException.class);
  }

  @Test
  void takesAWrongSumForItselfWhereNobodyVerifies() {
    SmallFleet fleet = fleet();
    FakeDevice.wrongAt(word -> word == 2 * 262_144); // behind what a canary has

    assertThat(scan(fleet, OptionalInt.empty()).verdict())
        .as("both copies are hashed alike")
        .isEqualTo(Verdict.EQUAL);
  }

  @Test
  void namesATensorWhoseNameHasLinesAsOneLine() {
    TensorSpec named = new TensorSpec("two\nlines: expected", DType.U8, List.of(9L));
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 1, 1).engine("a");
    SmallFleet.write(fleet.shard("a", 0, 0), SmallFleet.filled(0, named));
    FakeDevice.sees(bytes -> bytes.remaining() == 9 ? ByteBuffer.allocate(9) : bytes);

    assertThatThrownBy(() -> scan(fleet, OptionalInt.of(1)))
        .isInstanceOf(SumsDifferException.class)
        .hasMessageContaining("chunk 0 of tensor two\\nlines: expected in file:")
        .hasMessageNotContaining("\n");
  }

  @Test
  void saysInOneLineThatThereIsNoGpu() {
    SmallFleet fleet = fleet();
    FakeDevice.breakDown();

    assertThatThrownBy(() -> scan(fleet, OptionalInt.empty()))
        .isInstanceOf(DeviceException.class)
        .hasMessage("Cannot hash on the GPU of executor 7 (host h): it is broken");
    assertThat(Landed.parquetFiles(out().resolve("scans"))).isEmpty();
  }

  @Test
  void saysInOneLineThatItsMemoryIsFull() {
    SmallFleet fleet = fleet();
    FakeDevice.withMemory(1000);

    assertThatThrownBy(() -> scan(fleet, OptionalInt.empty()))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining("its memory is full");
  }

  /** A task that is run again, and then right, must not hide that it was wrong. */
  @Test
  void endsTheScanThoughTheSecondAttemptOfATaskIsRight() throws Exception {
    SmallFleet fleet = fleet();

    JavaProcess process =
        JavaProcess.run(
            root,
            List.of("-Xmx1g"),
            GpuFaultsTest.class,
            fleet.description().toString(),
            out().toString());

    assertThat(process.output())
        .contains("attempt 0 is wrong", "attempt 1 is right")
        .containsPattern("SumsDifferException: Cannot trust GPU .*, as the CPU computed it, found");
    assertThat(process.exitCode()).isEqualTo(1);
  }

  /** Scans where tasks are tried four times, on a GPU that is wrong the first time. */
  public static void main(String[] arguments) {
    SparkSession session =
        SparkSession.builder()
            .master("local[1,4]")
            .config(Devices.SETTING, FakeDevice.class.getName())
            .getOrCreate();
    FakeDevice.wrongAt(word -> isFirstAttempt());
    session.sparkContext().addSparkListener(new SlowNews());
    Inventory inventory =
        Inventory.of(FleetDescription.load(Path.of(arguments[0])), new Configuration());
    ScanRequest request =
        new ScanRequest(inventory, arguments[1], new ScanId("test"), Landed.STARTED_AT)
            .verifying(OptionalInt.of(999_999_999));
    new FleetScan(session, request, ScanProgress.NONE, Hasher.GPU).run();
  }

  private static boolean isFirstAttempt() {
    if (TaskContext.get().attemptNumber() == 0) {
      System.out.println("attempt 0 is wrong");
      return true;
    }
    System.out.println("attempt 1 is right");
    SECOND_ATTEMPT.countDown();
    return false;
  }

  /** Keeps the news of a failed task back until the task runs again. */
  private static final class SlowNews extends SparkListener {
    @Override
    public void onTaskEnd(SparkListenerTaskEnd taskEnd) {
      if (taskEnd.taskInfo().failed()) {
        try {
          SECOND_ATTEMPT.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private SmallFleet fleet() {
    SmallFleet fleet = SmallFleet.withDraft(root.resolve("fleet"), 2, 1).engine("a").engine("b");
    for (String engine : fleet.engines()) {
      SmallFleet.write(fleet.shard(engine, 0, 0), SmallFleet.filled(0, LARGE, EMPTY));
    }
    return fleet;
  }

  private ScanSummary scan(SmallFleet fleet, OptionalInt oneIn) {
    ScanRequest request =
        new ScanRequest(fleet.inventory(), out().toString(), new ScanId("test"), Landed.STARTED_AT)
            .verifying(oneIn);
    return new FleetScan(spark, request, ScanProgress.NONE, Hasher.GPU).run();
  }

  private Path out() {
    return root.resolve("tables");
  }
}
