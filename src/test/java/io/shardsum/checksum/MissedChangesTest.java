package io.shardsum.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Changes of a tensor's bytes that its checksum would miss: none of those that storage and networks
 * make. Only tiles that a change touches are summed again; for some changes the whole tensor is.
 */
class MissedChangesTest {

  private static final int TILE = SglangChecksum.TILE_BYTES;
  private static final int CHUNK = 1 << 20;
  private static final int WORD = Integer.BYTES;
  private static final int CHANGES = 10_000;
  private static final int WHOLE_IN = 500;

  private final Random random = new Random(20261123);
  private final SglangChecksum checksum = new SglangChecksum();

  @Test
  void areNoneOfAMillionFlippedBits() {
    int missed = 0;
    int inLongTensor = 100_000;
    Tensor large = new Tensor(random(2 * CHUNK + TILE + 4_321));
    for (int change = 0; change < inLongTensor; change++) {
      int at = random.nextInt(large.bytes.length);
      int bit = 1 << random.nextInt(Byte.SIZE);
      large.bytes[at] ^= (byte) bit;
      missed += large.isUnchanged(List.of(at / TILE), change) ? 1 : 0;
      large.bytes[at] ^= (byte) bit;
    }
    for (int change = inLongTensor; change < 1_000_000; change++) {
      byte[] bytes = random(1 + random.nextInt(256));
      long sum = sum(bytes);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      missed += sum(bytes) == sum ? 1 : 0;
    }
    assertThat(missed).isZero();
  }

  @Test
  void areNoneOfTheBitsOfATensor() {
    byte[] bytes = random(TILE + 77);
    Tensor tensor = new Tensor(bytes);
    int missed = 0;
    for (int at = TILE - 64; at < bytes.length; at++) {
      for (int bit = 1; bit < 256; bit <<= 1) {
        bytes[at] ^= (byte) bit;
        missed += tensor.isUnchanged(List.of(at / TILE), 1) ? 1 : 0;
        bytes[at] ^= (byte) bit;
      }
    }
    assertThat(missed).isZero();
  }

  @Test
  void areNoBursts() {
    Tensor tensor = new Tensor(random(CHUNK + 3 * TILE + 17));
    int missed = 0;
    for (int change = 0; change < CHANGES; change++) {
      int length = 1 + random.nextInt(1 << random.nextInt(16));
      int at = random.nextInt(tensor.bytes.length - length);
      missed += tensor.misses(at, random(length), change) ? 1 : 0;
    }
    assertThat(missed).isZero();
  }

  @Test
  void areNoSwapsOfWords() {
    Tensor tensor = new Tensor(random(CHUNK + 3 * TILE + 17));
    assertThat(missedSwaps(tensor, WORD)).isZero();
  }

  @Test
  void areNoSwapsOfWordsThatAreNearlyEqual() {
    byte[] bytes = new byte[CHUNK];
    for (int at = 0; at < bytes.length; at += WORD) {
      bytes[at] = (byte) random.nextInt(4);
    }
    assertThat(missedSwaps(new Tensor(bytes), WORD)).isZero();
  }

  @Test
  void areNoSwapsOfTiles() {
    assertThat(missedSwaps(new Tensor(random(64 * TILE)), TILE)).isZero();
  }

  /** All swaps of two chunks, and ten thousand times several at once. */
  @Test
  void areNoSwapsOfChunks() {
    int chunks = 16;
    byte[] bytes = random(chunks * CHUNK);
    long[][] sums = new long[chunks][chunks];
    for (int content = 0; content < chunks; content++) {
      for (int place = 0; place < chunks; place++) {
        ByteBuffer chunk = ByteBuffer.wrap(bytes, content * CHUNK, CHUNK);
        sums[place][content] = checksum.sum(chunk, (long) place * CHUNK / WORD, bytes.length);
      }
    }
    List<Integer> order = new ArrayList<>();
    for (int place = 0; place < chunks; place++) {
      order.add(place);
    }
    long whole = sum(bytes);
    assertThat(sum(sums, order)).isEqualTo(whole);
    int missed = 0;
    for (int one = 0; one < chunks; one++) {
      for (int other = 0; other < one; other++) {
        Collections.swap(order, one, other);
        missed += sum(sums, order) == whole ? 1 : 0;
        Collections.swap(order, one, other);
      }
    }
    List<Integer> sorted = List.copyOf(order);
    for (int change = 0; change < CHANGES; change++) {
      Collections.shuffle(order, random);
      missed += !order.equals(sorted) && sum(sums, order) == whole ? 1 : 0;
    }
    assertThat(missed).isZero();
  }

  @Test
  void areNoShiftsByAFewBytes() {
    int missed = 0;
    for (int change = 0; change < CHANGES; change++) {
      byte[] bytes = random(16 + random.nextInt(3 * TILE));
      int by = 1 + random.nextInt(8);
      int from = random.nextInt(bytes.length - by);
      byte[] shifted = bytes.clone();
      System.arraycopy(bytes, from, shifted, from + by, bytes.length - from - by);
      missed += !Arrays.equals(bytes, shifted) && sum(bytes) == sum(shifted) ? 1 : 0;
    }
    assertThat(missed).isZero();
  }

  @Test
  void areNoZeroedPages() {
    Tensor tensor = new Tensor(random(2 * CHUNK + 100));
    int missed = 0;
    for (int change = 0; change < CHANGES; change++) {
      int page = 512 << random.nextInt(7);
      int at = random.nextInt(tensor.bytes.length / page) * page;
      missed += tensor.misses(at, new byte[page], change) ? 1 : 0;
    }
    assertThat(missed).isZero();
  }

  @Test
  void areNoDuplicatedPages() {
    Tensor tensor = new Tensor(random(2 * CHUNK + 100));
    int missed = 0;
    for (int change = 0; change < CHANGES; change++) {
      int page = 512 << random.nextInt(7);
      int pages = tensor.bytes.length / page;
      int from = random.nextInt(pages) * page;
      int to = random.nextInt(pages) * page;
      byte[] content = Arrays.copyOfRange(tensor.bytes, from, from + page);
      missed += tensor.misses(to, content, change) ? 1 : 0;
    }
    assertThat(missed).isZero();
  }

  /**
   * What it cannot see: hence copies are compared by dtype and shape, too, which say the length.
   */
  @Test
  void areZerosBehindTheLastByteUpToTheEndOfItsWord() {
    byte[] bytes = random(1_000 * WORD + 1);
    for (int more = 1; more <= 3; more++) {
      assertThat(sum(Arrays.copyOf(bytes, bytes.length + more))).isEqualTo(sum(bytes));
    }
    assertThat(sum(Arrays.copyOf(bytes, bytes.length + WORD))).isNotEqualTo(sum(bytes));
  }

  private int missedSwaps(Tensor tensor, int size) {
    int parts = tensor.bytes.length / size;
    int missed = 0;
    for (int change = 0; change < CHANGES; change++) {
      int one = random.nextInt(parts) * size;
      int other = random.nextInt(parts) * size;
      missed += tensor.missesSwap(one, other, size, change) ? 1 : 0;
    }
    return missed;
  }

  private static long sum(long[][] sums, List<Integer> order) {
    long sum = 0;
    for (int place = 0; place < sums.length; place++) {
      sum += sums[place][order.get(place)];
    }
    return sum;
  }

  private long sum(byte[] bytes) {
    return checksum.sum(ByteBuffer.wrap(bytes), 0, bytes.length);
  }

  private byte[] random(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A tensor and the sums of its tiles, as it was. */
  private final class Tensor {
    private final byte[] bytes;
    private final long[] tileSums;
    private final long whole;

    Tensor(byte[] bytes) {
      this.bytes = bytes;
      this.tileSums = new long[(bytes.length + TILE - 1) / TILE];
      for (int tile = 0; tile < tileSums.length; tile++) {
        tileSums[tile] = tileSum(tile);
      }
      this.whole = sum(bytes);
      assertThat(Arrays.stream(tileSums).sum()).isEqualTo(whole);
    }

    /** Whether the sum is what it was, though bytes in these tiles were changed. */
    boolean isUnchanged(Collection<Integer> tiles, int change) {
      long sum = whole;
      for (int tile : tiles) {
        sum += tileSum(tile) - tileSums[tile];
      }
      if (change % WHOLE_IN == 0) {
        assertThat(sum(bytes)).as("the whole tensor").isEqualTo(sum);
      }
      return sum == whole;
    }

    /** Whether the sum does not see that some bytes are others; they are put back. */
    boolean misses(int at, byte[] content, int change) {
      byte[] before = Arrays.copyOfRange(bytes, at, at + content.length);
      System.arraycopy(content, 0, bytes, at, content.length);
      boolean missed =
          !Arrays.equals(before, content) && isUnchanged(tiles(at, content.length), change);
      System.arraycopy(before, 0, bytes, at, content.length);
      return missed;
    }

    /** Whether the sum does not see that two parts have changed places; they are put back. */
    boolean missesSwap(int one, int other, int length, int change) {
      byte[] atOne = Arrays.copyOfRange(bytes, one, one + length);
      byte[] atOther = Arrays.copyOfRange(bytes, other, other + length);
      System.arraycopy(atOther, 0, bytes, one, length);
      System.arraycopy(atOne, 0, bytes, other, length);
      Set<Integer> tiles = new TreeSet<>(tiles(one, length));
      tiles.addAll(tiles(other, length));
      boolean missed = !Arrays.equals(atOne, atOther) && isUnchanged(tiles, change);
      System.arraycopy(atOne, 0, bytes, one, length);
      System.arraycopy(atOther, 0, bytes, other, length);
      return missed;
    }

    private static List<Integer> tiles(int at, int length) {
      return IntStream.rangeClosed(at / TILE, (at + length - 1) / TILE).boxed().toList();
    }

    private long tileSum(int tile) {
      int begin = tile * TILE;
      ByteBuffer piece = ByteBuffer.wrap(bytes, begin, Math.min(TILE, bytes.length - begin));
      return checksum.sum(piece, begin / WORD, bytes.length);
    }
  }
}
