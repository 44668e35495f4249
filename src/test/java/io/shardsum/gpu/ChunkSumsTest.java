package io.shardsum.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.source.ChunkSum;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sequence of column operations that a GPU runs, on arrays, held against the CPU function. */
class ChunkSumsTest {

  private static final int TILE = SglangChecksum.TILE_BYTES;

  private static byte[] golden;

  private final PlainOperations operations = new PlainOperations();

  @BeforeAll
  static void readBytes() throws IOException {
    golden = ChunkSumsTest.class.getResourceAsStream("/golden/bytes.bin").readAllBytes();
  }

  @ParameterizedTest
  @CsvFileSource(resources = "/golden/tensor-checksums.csv", numLinesToSkip = 1)
  void equalsTheReference(int offset, int length, String sglang, String sha256) {
    PlainBatch batch = new PlainBatch().tensor(golden(offset, length));

    assertThat(SglangChecksum.finish(batch.sums(operations).get(0))).isEqualTo(sglang);
  }

  @ParameterizedTest
  @CsvFileSource(resources = "/golden/tensor-checksums.csv", numLinesToSkip = 1)
  void equalsTheReferenceCutAtEveryTileInOneBatch(
      int offset, int length, String sglang, String sha256) {
    PlainBatch batch = new PlainBatch();
    for (int begin = 0; begin < length; begin += TILE) {
      byte[] tile = golden(offset + begin, Math.min(TILE, length - begin));
      batch.row(tile, begin / 4L, (long) length);
    }

    long sum = batch.sums(operations).stream().mapToLong(part -> part).sum();

    assertThat(SglangChecksum.finish(sum)).isEqualTo(sglang);
  }

  @Test
  void rowsThatEndInsideAWordDoNotDisturbTheNext() {
    assertEqualToTheCpu(
        new PlainBatch()
            .tensor(golden(0, 1))
            .tensor(golden(1, TILE + 2))
            .tensor(golden(5, 7))
            .tensor(golden(9, 2 * TILE)));
  }

  @Test
  void emptyRowsHaveTheSumZero() {
    PlainBatch batch =
        new PlainBatch().tensor(golden(0, 0)).tensor(golden(0, 8)).tensor(golden(0, 0));

    assertThat(batch.sums(operations)).startsWith(0L).endsWith(0L);
    assertEqualToTheCpu(batch);
  }

  @Test
  void aBatchOfEmptyAndNullRowsNeedsNoWords() {
    PlainBatch batch = new PlainBatch().tensor(golden(0, 0)).row(null, 0L, 0L);

    assertThat(batch.sums(operations)).containsExactly(0L, null);
  }

  @Test
  void rowsAreNullWhereAnyArgumentIs() {
    PlainBatch batch =
        new PlainBatch()
            .row(null, 0L, 4L)
            .row(golden(0, 4), null, 4L)
            .row(golden(0, 4), 0L, null)
            .tensor(golden(4, 4));

    assertThat(batch.sums(operations)).startsWith(null, null, null);
    assertEqualToTheCpu(batch);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, TILE})
  void bytesUnderANullRowDoNotCount(int bytes) {
    assertEqualToTheCpu(
        new PlainBatch().tensor(golden(0, 8)).nullOver(bytes).tensor(golden(8, TILE + 4)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, TILE, TILE + 3})
  void aSliceOfAColumnIsReadFromWhereItBegins(int bytes) {
    assertEqualToTheCpu(
        new PlainBatch().behind(bytes).tensor(golden(0, 2 * TILE)).tensor(golden(3, 12)));
  }

  @Test
  void aBufferThatDoesNotBeginOnAWordIsCopied() {
    assertEqualToTheCpu(new PlainBatch().notOnAWord().tensor(golden(0, 16)));
  }

  /**
   * Positions count modulo 2^32, with the carry into the upper half and the sign bit in between.
   */
  @ParameterizedTest
  @ValueSource(
      longs = {1L << 17, 1L << 19, (1L << 31) - 8192, 1L << 31, (1L << 32) - 8192, 1L << 32})
  void equalsTheCpuFarIntoATensor(long firstWord) {
    long tensorBytes = 4 * firstWord + 2 * TILE + 6;
    assertEqualToTheCpu(
        new PlainBatch()
            .row(golden(0, TILE), firstWord, tensorBytes)
            .row(golden(TILE, TILE + 6), firstWord + 8192, tensorBytes));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void randomBatchesEqualTheCpu(int seed) {
    Random random = new Random(seed);
    PlainBatch batch = new PlainBatch();
    if (random.nextBoolean()) {
      batch.behind(random.nextInt(9));
    }
    for (int rows = random.nextInt(20); rows >= 0; rows--) {
      switch (random.nextInt(8)) {
        case 0 -> batch.row(null, 0L, 4L);
        case 1 -> batch.nullOver(random.nextInt(40));
        case 2 -> batch.tensor(golden(0, 0));
        case 3 -> batch.row(bytes(random, TILE), 8192L * random.nextInt(1 << 20), 1L << 40);
        case 4 -> batch.row(bytes(random, 5), null, 5L);
        default -> batch.tensor(bytes(random, random.nextInt(3 * TILE)));
      }
    }
    assertEqualToTheCpu(batch);
  }

  @Test
  void whatTheCpuRefusesIsRefusedWithTheSameWords() {
    PlainBatch batch = new PlainBatch().tensor(golden(0, 8)).row(golden(0, 100), 0L, 101L);

    assertThatThrownBy(() -> batch.sums(operations))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot sum bytes 0 to 100 of a tensor of 101 bytes");
  }

  @Test
  void everyColumnIsClosedWhicheverOperationFails() {
    PlainBatch batch = new PlainBatch().tensor(golden(0, TILE + 1)).tensor(golden(0, 3));
    batch.sums(operations);
    assertThat(operations.open()).isEmpty();
    assertThat(operations.operations()).isGreaterThan(40);

    for (int failing = 0; failing < operations.operations(); failing++) {
      PlainOperations broken = new PlainOperations().failingAt(failing);
      assertThatThrownBy(() -> batch.sums(broken))
          .isInstanceOf(PlainOperations.OutOfDeviceMemory.class);
      assertThat(broken.open()).as("open after operation %d failed", failing).isEmpty();
    }
  }

  @Test
  void threeColumnsOfTheSizeOfTheWordsLiveBesideThem() {
    int bytes = 64 * TILE;
    new PlainBatch().tensor(golden(0, bytes)).sums(operations);

    assertThat(operations.mostOpenBytes()).isBetween(4L * bytes, 4L * bytes + bytes / 100);
  }

  private void assertEqualToTheCpu(PlainBatch batch) {
    ChunkSum cpu = new ChunkSum();
    List<Long> expected =
        batch.rows().stream()
            .map(row -> cpu.call(row.data(), row.firstWord(), row.tensorBytes()))
            .toList();
    assertThat(batch.sums(new PlainOperations())).isEqualTo(expected);
  }

  private static byte[] golden(int offset, int length) {
    return Arrays.copyOfRange(golden, offset, offset + length);
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
