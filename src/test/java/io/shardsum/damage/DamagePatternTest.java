package io.shardsum.damage;

import static io.shardsum.damage.TwoCopies.CHUNK;
import static io.shardsum.damage.TwoCopies.FILE_OFFSET;
import static io.shardsum.damage.TwoCopies.inTensor;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.safetensors.DType;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DamagePatternTest {

  private static final int LENGTH = 4 * CHUNK + 100;

  private static void assertPattern(TwoCopies copies, DamagePattern pattern, Integer bytes) {
    Damage damage = copies.damage();
    assertThat(damage.pattern()).as(damage.sentence()).isEqualTo(pattern);
    assertThat(damage.patternBytes().map(Math::toIntExact).orElse(null)).isEqualTo(bytes);
  }

  private static void zero(TwoCopies copies, long beginInFile, long endInFile) {
    Arrays.fill(copies.bad, inTensor(beginInFile), inTensor(endInFile), (byte) 0);
  }

  @ParameterizedTest
  @CsvSource({"1, ONE_BIT", "2, FEW_BITS", "16, FEW_BITS", "17, RANDOM", "400, RANDOM"})
  void tellsAFewBitsFromMany(int bits, DamagePattern pattern) {
    TwoCopies copies = TwoCopies.ofBytes(LENGTH);
    Random random = new Random(bits);
    while (Arrays.mismatch(copies.bad, copies.good) < 0 || copies.damage().differingBits() < bits) {
      copies.bad[random.nextInt(LENGTH)] ^= 1;
    }

    assertPattern(copies, pattern, null);
  }

  @ParameterizedTest
  @CsvSource({
    "32768, 33280, 512",
    "32768, 36864, 4096",
    "28672, 36864, 4096",
    "29184, 36864, 512",
    "1044480, 1052672, 4096",
    "2097152, 4194304, 2097152",
    "2097152, 4190208, 4096",
    "32768, 33279,",
    "32769, 36865,",
    "32776, 32784,"
  })
  void saysInWhichBlocksOfTheFileItIsZero(long begin, long end, Integer blockBytes) {
    TwoCopies copies = TwoCopies.ofBytes(LENGTH);
    zero(copies, begin, end);

    assertPattern(copies, DamagePattern.ZEROED, blockBytes);
  }

  @Test
  void looksAtAllRunsOfZerosForTheirBlocks() {
    TwoCopies pages = TwoCopies.ofBytes(LENGTH);
    zero(pages, 32_768, 36_864);
    zero(pages, 3_145_728, 3_153_920);
    assertPattern(pages, DamagePattern.ZEROED, 4096);

    zero(pages, 4_000_256, 4_000_768);
    assertPattern(pages, DamagePattern.ZEROED, 512);
  }

  @Test
  void seesBlocksWhoseGoodContentBeginsAndEndsWithZeros() {
    TwoCopies copies = TwoCopies.ofBytes(LENGTH);
    for (int at : new int[] {32_768, 32_769, 34_000, 36_863}) {
      copies.good[inTensor(at)] = 0;
    }
    zero(copies, 32_768, 36_864);

    assertPattern(copies, DamagePattern.ZEROED, 4096);
  }

  /** The first block of the tensor begins before it, the last ends behind it. */
  @Test
  void seesBlocksThatATensorHasAPartOf() {
    TwoCopies begin = TwoCopies.ofBytes(LENGTH);
    zero(begin, FILE_OFFSET, 16_384);
    assertPattern(begin, DamagePattern.ZEROED, 4096);

    TwoCopies whole = TwoCopies.ofBytes(3000);
    zero(whole, FILE_OFFSET, FILE_OFFSET + 3000);
    assertPattern(whole, DamagePattern.ZEROED, null);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, CHUNK, 3 * CHUNK + 5, LENGTH - 200, LENGTH - 20})
  void findsACutTail(int from) {
    TwoCopies copies = TwoCopies.ofBytes(LENGTH);
    Arrays.fill(copies.bad, from, LENGTH, (byte) 0);
    copies.good[LENGTH - 1] = 0;

    assertPattern(copies, DamagePattern.TRUNCATED_TAIL, null);
  }

  @Test
  void doesNotTakeAZeroedBlockBeforePaddingForACutTail() {
    TwoCopies copies = TwoCopies.ofBytes(LENGTH);
    Arrays.fill(copies.good, inTensor(36_864), LENGTH, (byte) 0);
    Arrays.fill(copies.bad, inTensor(36_864), LENGTH, (byte) 0);
    zero(copies, 32_768, 36_864);

    assertPattern(copies, DamagePattern.ZEROED, 4096);
  }

  @ParameterizedTest
  @CsvSource({"ff, 1", "aa55, 2", "deadbeef, 4", "0102030405060708, 8", "0000803f, 4"})
  void findsOneValueOverAndOver(String hex, int bytes) {
    byte[] value = java.util.HexFormat.of().parseHex(hex);
    TwoCopies copies = TwoCopies.ofBytes(LENGTH);
    for (int at = CHUNK - 64; at < CHUNK + 64; at++) {
      copies.bad[at] = value[at % bytes];
    }

    assertPattern(copies, DamagePattern.CONSTANT, bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 512, 4096, 65_536})
  void findsContentThatIsDisplaced(int distance) {
    for (int from : new int[] {0, 1000, CHUNK - 20, 3 * CHUNK + 7}) {
      TwoCopies later = TwoCopies.ofBytes(LENGTH);
      System.arraycopy(later.good, from, later.bad, from + distance, LENGTH - from - distance);
      Arrays.fill(later.bad, from, from + distance, (byte) 77);
      assertPattern(later, DamagePattern.SHIFTED, distance);

      TwoCopies earlier = TwoCopies.ofBytes(LENGTH);
      System.arraycopy(earlier.good, from + distance, earlier.bad, from, LENGTH - from - distance);
      Arrays.fill(earlier.bad, LENGTH - distance, LENGTH, (byte) 77);
      assertPattern(earlier, DamagePattern.SHIFTED, -distance);
    }
  }

  @Test
  void findsADuplicatedPage() {
    TwoCopies copies = TwoCopies.ofBytes(LENGTH);
    System.arraycopy(copies.good, 40_960, copies.bad, 45_056, 4096);

    assertPattern(copies, DamagePattern.SHIFTED, 4096);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 2, 2000",
    "1, 64, 500",
    "2, 64, 500",
    "1, 1000, 300",
    "4, 8192, 300",
    "7, 48, 100"
  })
  void findsAPeriod(int width, int period, int count) {
    TwoCopies copies = TwoCopies.ofBytes(LENGTH);
    for (int lane = 0; lane < count; lane++) {
      for (int at = 0; at < width; at++) {
        copies.bad[8 * 1000 + lane * period + at] ^= 0x55;
      }
    }

    assertPattern(copies, DamagePattern.STRIDED, period);
  }

  /** A bit that is stuck at 1 changes every second element only. */
  @Test
  void findsThePeriodOfAStuckBit() {
    TwoCopies copies = TwoCopies.of(DType.BF16, 1024L, 64L);
    for (int at = 33; at < copies.bad.length; at += 64) {
      copies.bad[at] |= 0x40;
    }

    assertPattern(copies, DamagePattern.STRIDED, 64);
  }

  @Test
  void findsNoPeriodInElementsHereAndThere() {
    TwoCopies copies = TwoCopies.ofBytes(LENGTH);
    Random random = new Random(5);
    for (int element = 0; element < 200; element++) {
      copies.bad[2 * random.nextInt(LENGTH / 2)] ^= 0x7F;
    }

    assertPattern(copies, DamagePattern.RANDOM, null);
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 512, 4096, 3_000_000})
  void findsNoPatternInOtherBytes(int bytes) {
    TwoCopies copies = TwoCopies.ofBytes(LENGTH);
    byte[] other = new byte[bytes];
    new Random(bytes).nextBytes(other);
    System.arraycopy(other, 0, copies.bad, 12_345, bytes);

    assertPattern(copies, DamagePattern.RANDOM, null);
    assertThat(copies.damage().rangeCount()).isEqualTo(1);
  }

  /** Weights of close magnitude have the same upper byte in every few elements. */
  @Test
  void findsNoPatternInOtherWeights() {
    TwoCopies copies = TwoCopies.of(DType.BF16, 512L, 512L);
    Random random = new Random(9);
    for (byte[] copy : new byte[][] {copies.good, copies.bad}) {
      for (int at = 0; at < copy.length; at += 2) {
        int bits = Float.floatToRawIntBits((float) (random.nextGaussian() * 0.02));
        copy[at] = (byte) (bits >> 16);
        copy[at + 1] = (byte) (bits >> 24);
      }
    }

    assertPattern(copies, DamagePattern.RANDOM, null);
  }
}
