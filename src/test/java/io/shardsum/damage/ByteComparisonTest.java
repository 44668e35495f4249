package io.shardsum.damage;

import static io.shardsum.damage.TwoCopies.CHUNK;
import static io.shardsum.damage.TwoCopies.FILE_OFFSET;
import static io.shardsum.damage.TwoCopies.inTensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.safetensors.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteComparisonTest {

  private static final int THREE_CHUNKS = 3 * CHUNK + 100;

  @Test
  void findsNothingInEqualCopies() {
    assertThat(TwoCopies.ofBytes(THREE_CHUNKS).compare(CHUNK, true)).isEmpty();
    assertThat(TwoCopies.ofBytes(0).compare(CHUNK, true)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, 2 * CHUNK + 77, THREE_CHUNKS - 1})
  void findsOneBit(int at) {
    TwoCopies copies = TwoCopies.ofBytes(THREE_CHUNKS);
    copies.bad[at] ^= 0x20;

    assertThat(copies.damage())
        .isEqualTo(
            new Damage(
                DamagePattern.ONE_BIT,
                Optional.empty(),
                List.of(new DamagedRange(at, 1, FILE_OFFSET + at)),
                1,
                1,
                1,
                at,
                List.of((long) at),
                Math.min(CHUNK, THREE_CHUNKS - at / CHUNK * CHUNK)));
  }

  @Test
  void saysWhatItFoundInAPhrase() {
    TwoCopies bit = TwoCopies.of(DType.BF16, 48L, 32L);
    bit.bad[2 * (32 * 3 + 5) + 1] ^= 1;
    assertThat(bit.damage().sentence())
        .isEqualTo("one bit flipped: byte 203 of the tensor (12579 of the file), element [3, 5]");

    TwoCopies few = TwoCopies.of(DType.F32, 16L);
    few.bad[8] ^= 3;
    few.bad[40] ^= 1;
    assertThat(few.damage().sentence())
        .isEqualTo(
            "a few bits flipped: 2 bytes (3 bits) in 2 ranges, the first at byte 8 of the tensor"
                + " (12384 of the file), element [2]");

    TwoCopies zeros = TwoCopies.ofBytes(100_000);
    Arrays.fill(zeros.good, (byte) 1);
    Arrays.fill(zeros.bad, (byte) 1);
    Arrays.fill(zeros.bad, inTensor(32_768), inTensor(40_960), (byte) 0);
    zeros.good[inTensor(36_000)] = 0;
    assertThat(zeros.damage().sentence())
        .isEqualTo(
            "zeroed in blocks of 4 KiB: 8191 of 8192 bytes (8191 bits) from byte 20392 of the tensor"
                + " (32768 of the file) on, element [20392]");
  }

  @Test
  void mergesRangesOverSevenEqualBytesAndNoMoreAlsoBetweenPieces() {
    TwoCopies copies = TwoCopies.ofBytes(2 * CHUNK);
    for (int at : new int[] {10, 18, 27, CHUNK - 3, CHUNK + 5, CHUNK + 14}) {
      copies.bad[at] ^= 1;
    }

    assertThat(copies.damage().ranges())
        .extracting(DamagedRange::offsetBytes, DamagedRange::lengthBytes)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(10L, 9L),
            org.assertj.core.groups.Tuple.tuple(27L, 1L),
            org.assertj.core.groups.Tuple.tuple(CHUNK - 3L, 9L),
            org.assertj.core.groups.Tuple.tuple(CHUNK + 14L, 1L));
  }

  @Test
  void listsTheFirstRangesAndCountsAll() {
    TwoCopies copies = TwoCopies.ofBytes(THREE_CHUNKS);
    for (int at = 5; at < THREE_CHUNKS; at += 1000) {
      copies.bad[at] ^= 0x11;
    }

    Damage damage = copies.damage();

    assertThat(damage.ranges()).hasSize(16);
    assertThat(damage.ranges().get(15).offsetBytes()).isEqualTo(15_005);
    assertThat(damage.rangeCount()).isEqualTo(3_146);
    assertThat(damage.differingBytes()).isEqualTo(3_146);
    assertThat(damage.differingBits()).isEqualTo(2 * 3_146);
  }

  @Test
  void listsAsManyRangesAsThereAreUpToTheLimit() {
    for (int count = 1; count <= 20; count++) {
      TwoCopies copies = TwoCopies.ofBytes(CHUNK);
      for (int range = 0; range < count; range++) {
        copies.bad[100 * range] ^= 1;
      }

      assertThat(copies.damage().ranges()).hasSize(Math.min(16, count));
      assertThat(copies.damage().rangeCount()).isEqualTo(count);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BF16, 0, 0, '[0, 0, 0]'",
    "BF16, 1, 0, '[0, 0, 0]'",
    "BF16, 2, 1, '[0, 0, 1]'",
    "BF16, 239, 119, '[3, 4, 5]'",
    "F64, 239, 29, '[0, 4, 5]'",
    "U8, 119, 119, '[3, 4, 5]'",
    "F4, 0, 0, '[0, 0, 0]'",
    "F4, 59, 118, '[3, 4, 4]'",
    "F6_E2M3, 89, 118, '[3, 4, 4]'",
    "F6_E2M3, 3, 4, '[0, 0, 4]'",
  })
  void namesTheFirstElement(DType dtype, int at, long index, String element) {
    TwoCopies copies = TwoCopies.of(dtype, 4L, 5L, 6L);
    copies.bad[at] ^= 1;

    assertThat(copies.damage().elementIndex()).isEqualTo(index);
    assertThat(copies.damage().element()).hasToString(element);
  }

  @Test
  void namesAnElementFarBehindWithoutAnOverflow() {
    long length = 3L << 60;
    TensorSite site = new TensorSite(DType.F6_E3M2, List.of(1L << 31, 1L << 31), length, 8);

    assertThat(site.elementAt(length - 1)).isEqualTo((1L << 62) - 2);
    assertThat(site.coordinates(site.elementAt(length - 1)))
        .containsExactly((1L << 31) - 1, (1L << 31) - 2);
  }

  @Test
  void namesTheElementOfATensorWithoutDimensions() {
    TwoCopies copies = TwoCopies.of(DType.F32);
    copies.bad[2] ^= 1;

    assertThat(copies.damage().elementIndex()).isZero();
    assertThat(copies.damage().element()).isEmpty();
  }

  /** The same result however a tensor is cut, and whether equal pieces are shown or not. */
  @Test
  void findsTheSameInPiecesOfAnyLength() {
    List<TwoCopies> damaged = new ArrayList<>();
    Random random = new Random(3);
    for (int count : new int[] {1, 5, 100}) {
      TwoCopies bits = TwoCopies.ofBytes(300_000);
      for (int flip = 0; flip < count; flip++) {
        bits.bad[random.nextInt(300_000)] ^= (byte) (1 << random.nextInt(8));
      }
      damaged.add(bits);
    }
    TwoCopies zeros = TwoCopies.ofBytes(300_000);
    Arrays.fill(zeros.bad, inTensor(65_536), inTensor(131_072), (byte) 0);
    damaged.add(zeros);
    TwoCopies tail = TwoCopies.ofBytes(300_000);
    Arrays.fill(tail.bad, 123_456, 300_000, (byte) 0);
    damaged.add(tail);
    TwoCopies shifted = TwoCopies.ofBytes(300_000);
    System.arraycopy(shifted.good, 50_000, shifted.bad, 50_003, 249_997);
    damaged.add(shifted);

    for (TwoCopies copies : damaged) {
      Damage whole = copies.compare(300_000, false).orElseThrow();
      for (int pieceBytes : new int[] {4096, 32_768, 70_000}) {
        for (boolean alsoEqual : new boolean[] {true, false}) {
          Damage cut = copies.compare(pieceBytes, alsoEqual).orElseThrow();
          assertThat(cut.pattern()).isEqualTo(whole.pattern());
          assertThat(cut.patternBytes()).isEqualTo(whole.patternBytes());
          assertThat(cut.ranges()).isEqualTo(whole.ranges());
          assertThat(cut.differingBits()).isEqualTo(whole.differingBits());
          assertThat(cut.differingBytes()).isEqualTo(whole.differingBytes());
        }
      }
    }
  }

  /** Against the plainest way to count. */
  @Test
  void countsAsAPlainLoopDoes() {
    Random random = new Random(11);
    for (int trial = 0; trial < 200; trial++) {
      TwoCopies copies = TwoCopies.ofBytes(5_000);
      for (int burst = random.nextInt(6); burst >= 0; burst--) {
        int from = random.nextInt(5_000);
        for (int at = from; at < Math.min(5_000, from + 1 + random.nextInt(300)); at++) {
          copies.bad[at] ^= (byte) random.nextInt(256);
        }
      }
      long bytes = 0;
      long bits = 0;
      List<DamagedRange> ranges = new ArrayList<>();
      int last = -100;
      for (int at = 0; at < 5_000; at++) {
        if (copies.bad[at] != copies.good[at]) {
          bytes++;
          bits += Integer.bitCount((copies.bad[at] ^ copies.good[at]) & 0xFF);
          int begin = at;
          if (at - last <= 8) {
            begin = (int) ranges.remove(ranges.size() - 1).offsetBytes();
          }
          ranges.add(new DamagedRange(begin, at + 1 - begin, FILE_OFFSET + begin));
          last = at;
        }
      }
      if (bytes > 0) {
        Damage damage = copies.compare(1024, false).orElseThrow();
        assertThat(damage.differingBytes()).isEqualTo(bytes);
        assertThat(damage.differingBits()).isEqualTo(bits);
        assertThat(damage.rangeCount()).isEqualTo(ranges.size());
        assertThat(damage.ranges()).isEqualTo(ranges.subList(0, Math.min(16, ranges.size())));
      }
    }
  }

  @Test
  void refusesPiecesThatDoNotFit() {
    ByteComparison comparison = new ByteComparison(new TensorSite(DType.U8, List.of(9L), 9, 0), 1);
    assertThatThrownBy(() -> comparison.add(0, new byte[2], new byte[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot compare 2 with 3 bytes from byte 0 on: expected equal numbers, from byte 0 on");
    comparison.add(0, new byte[4], new byte[4]);
    assertThatThrownBy(() -> comparison.add(3, new byte[2], new byte[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot compare 2 with 2 bytes from byte 3 on: expected equal numbers, from byte 4 on");
  }
}
