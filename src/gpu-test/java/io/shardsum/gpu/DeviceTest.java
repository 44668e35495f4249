package io.shardsum.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.HostColumnVector;
import ai.rapids.cudf.PinnedMemoryPool;
import ai.rapids.cudf.Rmm;
import ai.rapids.cudf.RmmAllocationMode;
import ai.rapids.cudf.RmmEventHandler;
import com.nvidia.spark.rapids.jni.RmmSpark;
import io.shardsum.checksum.SglangChecksum;
import io.shardsum.io.Shard;
import io.shardsum.source.ChunkSum;
import io.shardsum.source.sums.CpuSums;
import io.shardsum.source.sums.DeviceSums;
import io.shardsum.source.sums.PieceSums;
import io.shardsum.source.sums.WeightParts;
import io.shardsum.source.sums.WeightParts.Part;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kernel on a real GPU, by the way of a scan and by the functions, held against the reference
 * and the CPU. {@code -Dshardsum.gpu.batches=10000} sets how many random batches there are (1,000).
 */
@Tag("gpu")
class DeviceTest {

  private static final int TILE = SglangChecksum.TILE_BYTES;
  private static final int BATCHES = Integer.getInteger("shardsum.gpu.batches", 1_000);
  private static final int FILE_BYTES = 24 << 20;
  private static final long PINNED_BYTES = 256L << 20;

  @TempDir private static Path directory;

  private static byte[] golden;
  private static Path weights;

  @BeforeAll
  static void openDevice() throws IOException {
    Assumptions.assumeTrue(
        Files.exists(Path.of("/dev/nvidiactl")), "No NVIDIA GPU here: no /dev/nvidiactl");
    Rmm.initialize(RmmAllocationMode.CUDA_DEFAULT, null, 0);
    PinnedMemoryPool.initialize(PINNED_BYTES);
    golden = DeviceTest.class.getResourceAsStream("/golden/bytes.bin").readAllBytes();
    weights = WeightParts.file(directory.resolve("weights"), new Random(1), FILE_BYTES);
  }

  @AfterAll
  static void closeDevice() {
    if (golden != null) {
      PinnedMemoryPool.shutdown();
      Rmm.shutdown();
    }
  }

  @Test
  void functionsEqualTheReference() throws IOException {
    List<DeviceBatch.Arguments> batch = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (String line : lines("/golden/tensor-checksums.csv")) {
      String[] fields = line.split(",", -1);
      int offset = Integer.parseInt(fields[0]);
      batch.add(
          DeviceBatch.Arguments.tensor(
              Arrays.copyOfRange(golden, offset, offset + Integer.parseInt(fields[1]))));
      expected.add(fields[2]);
    }

    assertThat(expected).hasSizeGreaterThan(50);
    try (DeviceBatch onDevice = DeviceBatch.of(batch);
        ColumnVector sums = onDevice.sumsOnDevice()) {
      assertThat(checksums(sums)).isEqualTo(expected);
    }
  }

  @Test
  void functionsOfRandomBatchesEqualTheCpu() {
    for (int seed = 0; seed < BATCHES / 10; seed++) {
      List<DeviceBatch.Arguments> batch = arguments(new Random(seed));
      try (DeviceBatch onDevice = DeviceBatch.of(batch)) {
        assertThat(onDevice.sums()).as("batch of seed %d", seed).isEqualTo(onCpu(batch));
      }
    }
  }

  /** Plain tensors and weights in FP8, wherever they begin. */
  @Test
  void readsOfRandomBatchesEqualTheCpu() throws IOException {
    try (PieceSums onCpu = new CpuSums();
        PieceSums onDevice = new DeviceSums(new CudfDevice());
        Shard shard = WeightParts.shard(weights);
        Shard again = WeightParts.shard(weights)) {
      for (int seed = 0; seed < BATCHES; seed++) {
        List<Part> parts = parts(new Random(seed));
        assertThat(WeightParts.totals(onDevice, shard, parts))
            .as("batch of seed %d", seed)
            .isEqualTo(WeightParts.totals(onCpu, again, parts));
      }
    }
  }

  @Test
  void readsOfTheWholeFileAgainAndAgainEqualTheCpu() throws IOException {
    List<Part> parts = List.of(Part.plain(0, FILE_BYTES), Part.plain(3, FILE_BYTES - 7));
    List<Part> many = new ArrayList<>();
    for (int time = 0; time < Math.min(20, BATCHES); time++) {
      many.addAll(parts);
    }
    List<Long> expected;
    try (PieceSums onCpu = new CpuSums();
        Shard shard = WeightParts.shard(weights)) {
      expected = WeightParts.totals(onCpu, shard, parts);
    }

    try (PieceSums onDevice = new DeviceSums(new CudfDevice());
        Shard shard = WeightParts.shard(weights)) {
      List<Long> sums = WeightParts.totals(onDevice, shard, many);
      for (int index = 0; index < sums.size(); index++) {
        assertThat(sums.get(index)).isEqualTo(expected.get(index % 2));
      }
    }
  }

  @Test
  void leavesNoMemoryBehind() throws IOException {
    long before = Rmm.getTotalBytesAllocated();
    for (int seed = 0; seed < 20; seed++) {
      try (PieceSums onDevice = new DeviceSums(new CudfDevice());
          Shard shard = WeightParts.shard(weights)) {
        WeightParts.totals(onDevice, shard, parts(new Random(seed)));
      }
      try (DeviceBatch batch = DeviceBatch.of(arguments(new Random(seed)));
          ColumnVector sums = batch.sumsOnDevice()) {
        assertThat(sums.getRowCount()).isPositive();
      }
    }
    assertThat(Rmm.getTotalBytesAllocated()).isEqualTo(before);
  }

  /** As where another task has taken the memory, and gives it back. */
  @Test
  void triesAgainWhereMemoryIsShortForAMoment() throws IOException {
    List<Part> parts = parts(new Random(5));
    RmmSpark.setEventHandler(new NoSpilling());
    try {
      RmmSpark.currentThreadIsDedicatedToTask(1);
      RmmSpark.forceRetryOOM(RmmSpark.getCurrentThreadId(), 2);
      try (PieceSums onCpu = new CpuSums();
          PieceSums onDevice = new DeviceSums(new CudfDevice());
          Shard shard = WeightParts.shard(weights);
          Shard again = WeightParts.shard(weights)) {
        assertThat(WeightParts.totals(onDevice, shard, parts))
            .isEqualTo(WeightParts.totals(onCpu, again, parts));
      }
      assertThat(RmmSpark.getAndResetNumRetryThrow(1)).isEqualTo(2);
    } finally {
      RmmSpark.taskDone(1);
      RmmSpark.clearEventHandler();
    }
  }

  private static final class NoSpilling implements RmmEventHandler {
    @Override
    public boolean onAllocFailure(long bytes, int retries) {
      return false;
    }

    @Override
    public long[] getAllocThresholds() {
      return null;
    }

    @Override
    public long[] getDeallocThresholds() {
      return null;
    }

    @Override
    public void onAllocThreshold(long bytes) {
      // There is no threshold.
    }

    @Override
    public void onDeallocThreshold(long bytes) {
      // There is no threshold.
    }
  }

  @Test
  void checksumsOfSumsEqualTheCpu() {
    Long[] sums = new Random(3).longs(10_000).boxed().toArray(Long[]::new);
    sums[0] = 0L;
    sums[1] = null;
    sums[2] = -1L;

    try (ColumnVector column = ColumnVector.fromBoxedLongs(sums)) {
      List<String> expected = new ArrayList<>();
      for (Long sum : sums) {
        expected.add(sum == null ? null : SglangChecksum.finish(sum));
      }
      assertThat(checksums(column)).isEqualTo(expected);
    }
  }

  private static List<Part> parts(Random random) {
    List<Part> parts = new ArrayList<>();
    for (int count = random.nextInt(8); count >= 0; count--) {
      long offset = random.nextInt(FILE_BYTES / 2);
      switch (random.nextInt(4)) {
        case 0 -> parts.add(weight(random, offset));
        case 1 -> parts.add(Part.plain(offset, random.nextInt(20)));
        case 2 -> parts.add(Part.plain(offset & ~15L, random.nextInt(3 * TILE)));
        default -> parts.add(Part.plain(offset, random.nextInt(3 * TILE)));
      }
    }
    return parts;
  }

  private static Part weight(Random random, long offset) {
    int block = new int[] {1, 5, 16, 24, 32, 128}[random.nextInt(6)];
    int matrices = 1 + random.nextInt(3);
    int rows = 1 + random.nextInt(200);
    int blocks = 1 + random.nextInt(Math.max(1, 512 / block));
    WeightParts.Pair pair =
        WeightParts.pair(
            random, matrices, rows, blocks * block, (rows + block - 1) / block, blocks);
    return new Part(offset, matrices * rows * blocks * block, Optional.of(pair));
  }

  private static List<DeviceBatch.Arguments> arguments(Random random) {
    List<DeviceBatch.Arguments> batch = new ArrayList<>();
    for (int rows = random.nextInt(20); rows >= 0; rows--) {
      switch (random.nextInt(8)) {
        case 0 -> batch.add(new DeviceBatch.Arguments(null, 0L, 4L));
        case 1 -> batch.add(DeviceBatch.Arguments.tensor(new byte[0]));
        case 2 ->
            batch.add(
                new DeviceBatch.Arguments(
                    bytes(random, TILE), 8192L * random.nextInt(1 << 20), 1L << 40));
        case 3 -> batch.add(new DeviceBatch.Arguments(bytes(random, 5), null, 5L));
        case 4 -> batch.add(DeviceBatch.Arguments.tensor(bytes(random, 4 * random.nextInt(TILE))));
        default -> batch.add(DeviceBatch.Arguments.tensor(bytes(random, random.nextInt(3 * TILE))));
      }
    }
    return batch;
  }

  private static List<Long> onCpu(List<DeviceBatch.Arguments> batch) {
    ChunkSum cpu = new ChunkSum();
    List<Long> sums = new ArrayList<>();
    batch.forEach(row -> sums.add(cpu.call(row.data(), row.firstWord(), row.tensorBytes())));
    return sums;
  }

  private static List<String> checksums(ColumnVector sums) {
    try (ColumnVector checksums =
            new GpuTensorChecksum().evaluateColumnar((int) sums.getRowCount(), sums);
        HostColumnVector onHost = checksums.copyToHost()) {
      List<String> rows = new ArrayList<>();
      for (int row = 0; row < onHost.getRowCount(); row++) {
        rows.add(onHost.isNull(row) ? null : onHost.getJavaString(row));
      }
      return rows;
    }
  }

  private static List<String> lines(String resource) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                DeviceTest.class.getResourceAsStream(resource), StandardCharsets.UTF_8))) {
      return reader.lines().skip(1).toList();
    }
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
