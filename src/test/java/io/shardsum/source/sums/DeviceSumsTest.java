package io.shardsum.source.sums;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.io.Shard;
import io.shardsum.source.sums.WeightParts.Part;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way of bytes to a GPU and of sums back, over a device that does everything late. */
class DeviceSumsTest {

  private static final int MIB = 1024 * 1024;

  @TempDir private Path directory;

  @BeforeEach
  void reset() {
    FakeDevice.reset();
  }

  @AfterEach
  void nothingIsOpen() {
    assertThat(FakeDevice.open()).isZero();
  }

  @Test
  void sumsTensorsOfAllLengthsAtAllOffsets() throws IOException {
    Random random = new Random(1);
    List<Part> parts = new ArrayList<>();
    int at = 13;
    for (int number = 0; number < 400; number++) {
      int length = random.nextInt(4) == 0 ? random.nextInt(700_000) : random.nextInt(70_000);
      parts.add(Part.plain(at, length));
      at += length + random.nextInt(20);
    }

    assertSameSums(file(random, at), parts);
  }

  /** More than two windows' worth, so that each buffer and window is used again. */
  @Test
  void sumsMoreThanFitsOnTheDevice() throws IOException {
    FakeDevice.withMemory(Long.MAX_VALUE);
    Part tensor = Part.plain(8, 140 * MIB + 12_345);

    assertSameSums(file(new Random(2), 142 * MIB), List.of(tensor));
  }

  /** More tiles than a table has, in one buffer. */
  @Test
  void sumsManyTinyTensors() throws IOException {
    List<Part> parts = new ArrayList<>();
    for (int number = 0; number < 20_000; number++) {
      parts.add(Part.plain(5L * number, number % 5));
    }

    assertSameSums(file(new Random(3), 100_000), parts);
  }

  @ParameterizedTest
  @CsvSource({
    // matrices, rows, columns, rows and columns of scales
    "1, 300, 1024, 3, 8",
    "1, 600, 7168, 5, 56",
    "3, 200, 384, 2, 3", // a matrix ends within a block
    "2, 130, 96, 5, 3", // blocks of 32
    "1, 50, 72, 3, 3", // of 24: no whole group of 16
    "1, 9, 35, 3, 7", // of 5
    "1, 4, 3000000, 1, 1", // one block, rows longer than a chunk
    "1, 3, 2500000, 1, 5",
    "1, 1500, 1000, 1500, 1000", // a scale for each element
  })
  void sumsWeightsInFp8(int matrices, int rows, int columns, int scaleRows, int scaleColumns)
      throws IOException {
    FakeDevice.withMemory(70L * MIB); // for scales, beside the windows
    Random random = new Random(rows);
    WeightParts.Pair pair =
        WeightParts.pair(random, matrices, rows, columns, scaleRows, scaleColumns);
    int bytes = matrices * rows * columns;
    List<Part> parts = new ArrayList<>();
    for (int skew : new int[] {0, 1}) {
      parts.add(new Part(64 + skew, bytes, Optional.of(pair)));
      parts.add(Part.plain(64 + skew, Math.min(bytes, 40_000)));
    }

    assertSameSums(file(random, 200 + bytes), parts);
  }

  @Test
  void namesTheFirstElementThatIsNan() throws IOException {
    byte[] weight = new byte[3 * MIB];
    weight[2 * MIB + 70_003] = 0x7F;
    weight[2 * MIB + 90_003] = (byte) 0xFF;
    Path path = Files.write(directory.resolve("nan"), weight);
    Part part =
        new Part(
            0, weight.length, Optional.of(WeightParts.pair(new Random(7), 1, 3072, 1024, 24, 8)));

    try (DeviceSums sums = new DeviceSums(new FakeDevice());
        Shard shard = WeightParts.shard(path)) {
      List<Sum> found = WeightParts.sums(sums, shard, part);
      sums.finish();

      assertThat(found.stream().map(Sum::nan).flatMapToLong(OptionalLong::stream))
          .containsExactly(2L * MIB + 70_003);
    }
  }

  /** Two windows and their tables; half of that; the least. */
  @ParameterizedTest
  @ValueSource(longs = {80L * MIB, 20L * MIB, 4L * MIB})
  void takesLessOfADeviceWithLittleMemory(long memoryBytes) throws IOException {
    FakeDevice.withMemory(memoryBytes);

    assertSameSums(file(new Random(4), 30 * MIB), List.of(Part.plain(3, 29 * MIB)));
  }

  @Test
  void saysWhereThereIsNotEvenThat() {
    FakeDevice.withMemory(2L * MIB);

    assertThatThrownBy(() -> new DeviceSums(new FakeDevice()))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining("its memory is full");
  }

  @Test
  void goesOnBehindAReadThatFailed() throws IOException {
    Path path = file(new Random(5), 9 * MIB);
    List<Long> expected;
    try (CpuSums sums = new CpuSums();
        Shard shard = WeightParts.shard(path)) {
      expected =
          WeightParts.totals(sums, shard, List.of(Part.plain(0, MIB), Part.plain(5 * MIB, MIB)));
    }
    try (DeviceSums sums = new DeviceSums(new FakeDevice());
        Shard shard = WeightParts.shard(path)) {
      sums.read(shard, 0, MIB, 4 * MIB);
      Sum first = sums.sum(0, MIB);
      assertThatThrownBy(() -> sums.read(shard, 9L * MIB, MIB, 10L * MIB))
          .isInstanceOf(IOException.class);
      sums.read(shard, 5 * MIB, MIB, 9 * MIB);
      Sum second = sums.sum(0, MIB);
      sums.finish();

      assertThat(List.of(first.value(), second.value())).isEqualTo(expected);
    }
  }

  @Test
  void givesEverythingBackWhenATaskIsKilled() throws IOException {
    Path path = file(new Random(6), 20 * MIB);
    try (DeviceSums sums = new DeviceSums(new FakeDevice());
        Shard shard = WeightParts.shard(path)) {
      sums.read(shard, 0, MIB, 4 * MIB);
      sums.sum(0, 20 * MIB);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> sums.read(shard, 8 * MIB, MIB, 20 * MIB))
          .isInstanceOf(ClosedByInterruptException.class);
    } finally {
      Thread.interrupted();
    }
  }

  private void assertSameSums(Path path, List<Part> parts) throws IOException {
    List<Long> onCpu;
    try (CpuSums sums = new CpuSums();
        Shard shard = WeightParts.shard(path)) {
      onCpu = WeightParts.totals(sums, shard, parts);
    }
    try (DeviceSums sums = new DeviceSums(new FakeDevice());
        Shard shard = WeightParts.shard(path)) {
      assertThat(WeightParts.totals(sums, shard, parts)).isEqualTo(onCpu);
    }
    assertThat(FakeDevice.tiles()).isPositive();
  }

  private Path file(Random random, int lengthBytes) throws IOException {
    return WeightParts.file(directory.resolve("weights"), random, lengthBytes);
  }
}
