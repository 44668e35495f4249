package io.shardsum.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.HostColumnVector;
import ai.rapids.cudf.Rmm;
import ai.rapids.cudf.RmmAllocationMode;
import io.shardsum.checksum.SglangChecksum;
import io.shardsum.source.ChunkSum;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The functions on a real GPU, held against the reference and the CPU functions. {@code
 * -Dshardsum.gpu.batches=10000} sets how many random batches there are (1,000).
 */
@Tag("gpu")
class DeviceTest {

  private static final int TILE = SglangChecksum.TILE_BYTES;
  private static final int BATCHES = Integer.getInteger("shardsum.gpu.batches", 1_000);

  private static byte[] golden;

  @BeforeAll
  static void openDevice() throws IOException {
    Assumptions.assumeTrue(
        Files.exists(Path.of("/dev/nvidiactl")), "No NVIDIA GPU here: no /dev/nvidiactl");
    Rmm.initialize(RmmAllocationMode.CUDA_DEFAULT, null, 0);
    golden = DeviceTest.class.getResourceAsStream("/golden/bytes.bin").readAllBytes();
  }

  @AfterAll
  static void closeDevice() {
    if (golden != null) {
      Rmm.shutdown();
    }
  }

  @Test
  void equalsTheReference() throws IOException {
    PlainBatch batch = new PlainBatch();
    List<String> expected = new ArrayList<>();
    for (String line : lines("/golden/tensor-checksums.csv")) {
      String[] fields = line.split(",", -1);
      int offset = Integer.parseInt(fields[0]);
      batch.tensor(Arrays.copyOfRange(golden, offset, offset + Integer.parseInt(fields[1])));
      expected.add(fields[2]);
    }

    assertThat(expected).hasSizeGreaterThan(50);
    assertThat(checksums(batch)).isEqualTo(expected);
  }

  @Test
  void randomBatchesEqualTheCpu() {
    for (int seed = 0; seed < BATCHES; seed++) {
      PlainBatch batch = random(new Random(seed));
      try (DeviceBatch onDevice = DeviceBatch.of(batch.rows())) {
        assertThat(onDevice.sums()).as("batch of seed %d", seed).isEqualTo(onCpu(batch));
      }
    }
  }

  /** More than one piece, and a last row that ends inside a word. */
  @Test
  void aBatchOfManyPiecesEqualsTheCpu() {
    Random random = new Random(1);
    PlainBatch batch = new PlainBatch();
    long tensorBytes = 300L * (1 << 20) + 5;
    for (int chunk = 0; chunk < 300; chunk++) {
      batch.row(bytes(random, 1 << 20), chunk * (1L << 18), tensorBytes);
    }
    batch.row(bytes(random, 5), 300L << 18, tensorBytes);

    try (DeviceBatch onDevice = DeviceBatch.of(batch.rows())) {
      assertThat(onDevice.sums()).isEqualTo(onCpu(batch));
    }
  }

  @Test
  void noBatchLeavesMemoryBehind() {
    long before = Rmm.getTotalBytesAllocated();
    for (int seed = 0; seed < 1_000; seed++) {
      try (DeviceBatch onDevice = DeviceBatch.of(random(new Random(seed)).rows());
          ColumnVector sums = onDevice.sumsOnDevice()) {
        assertThat(sums.getRowCount()).isPositive();
      }
    }
    assertThat(Rmm.getTotalBytesAllocated()).isEqualTo(before);
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

  private static PlainBatch random(Random random) {
    PlainBatch batch = new PlainBatch();
    for (int rows = random.nextInt(20); rows >= 0; rows--) {
      switch (random.nextInt(8)) {
        case 0 -> batch.row(null, 0L, 4L);
        case 1 -> batch.tensor(new byte[0]);
        case 2 -> batch.row(bytes(random, TILE), 8192L * random.nextInt(1 << 20), 1L << 40);
        case 3 -> batch.row(bytes(random, 5), null, 5L);
        case 4 -> batch.tensor(bytes(random, 4 * random.nextInt(TILE)));
        default -> batch.tensor(bytes(random, random.nextInt(3 * TILE)));
      }
    }
    return batch;
  }

  private static List<Long> onCpu(PlainBatch batch) {
    ChunkSum cpu = new ChunkSum();
    List<Long> sums = new ArrayList<>();
    batch.rows().forEach(row -> sums.add(cpu.call(row.data(), row.firstWord(), row.tensorBytes())));
    return sums;
  }

  private static List<String> checksums(PlainBatch batch) {
    try (DeviceBatch onDevice = DeviceBatch.of(batch.rows());
        ColumnVector sums = onDevice.sumsOnDevice()) {
      return checksums(sums);
    }
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
