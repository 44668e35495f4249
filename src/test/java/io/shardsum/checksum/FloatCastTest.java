package io.shardsum.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.safetensors.DType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FloatCastTest {

  @ParameterizedTest
  @CsvSource({
    "3F800000, 3C00, 3F80", // 1
    "80000000, 8000, 8000", // -0
    "477FE000, 7BFF, 4780", // 65504, the largest half
    "477FEFFF, 7BFF, 4780", // just below the tie to infinity
    "477FF000, 7C00, 4780", // 65520, the tie: infinity
    "C7800000, FC00, C780", // -65536
    "7F800000, 7C00, 7F80", // infinity
    "38800000, 0400, 3880", // the smallest normal half
    "387FFFFF, 0400, 3880", // rounds up to it
    "33800000, 0001, 3380", // the smallest subnormal half
    "33000000, 0000, 3300", // its half, a tie: to even
    "33000001, 0001, 3300", // just above
    "33C00000, 0002, 33C0", // one and a half of it, a tie: to even
    "3F801000, 3C00, 3F80", // a tie between halves, down to even
    "3F803000, 3C02, 3F80", // a tie between halves, up to even
    "3F808000, 3C04, 3F80", // a tie between brain floats, down to even
    "3F818000, 3C0C, 3F82", // a tie between brain floats, up to even
    "7F7FFFFF, 7C00, 7F80", // the largest float overflows both
    "00000001, 0000, 0000",
  })
  void roundsToTheNearestTiesToEven(String single, String half, String brain) {
    assertThat(cast(DType.F32, DType.F16, single, Integer.BYTES)).isEqualTo(half);
    assertThat(cast(DType.F32, DType.BF16, single, Integer.BYTES)).isEqualTo(brain);
  }

  @Test
  void everyHalfComesBackFromFloat() {
    for (int bits = 0; bits <= 0xFFFF; bits++) {
      short half = (short) bits;
      float wide = FloatCast.ofHalf(half);
      if (!Float.isNaN(wide)) {
        assertThat(FloatCast.toHalf(wide)).isEqualTo(half);
      }
    }
  }

  /** Against the neighbours' distances, exactly. */
  @Test
  void noHalfIsNearer() {
    Random random = new Random(7);
    for (int count = 0; count < 20_000; count++) {
      float value = (float) ((random.nextDouble() - 0.5) * Math.pow(2, random.nextInt(42) - 26));
      short half = FloatCast.toHalf(value);
      if (Math.abs(value) >= 65_504) {
        continue;
      }
      BigDecimal distance = distance(value, half);
      for (int step = -1; step <= 1; step += 2) {
        short other = (short) (half + step);
        if ((other & 0x7C00) == 0x7C00 || (other ^ half) < 0) {
          continue;
        }
        int order = distance.compareTo(distance(value, other));
        assertThat(order).isLessThanOrEqualTo(0);
        if (order == 0) {
          assertThat(half & 1).isZero();
        }
      }
    }
  }

  @Test
  void tellsOfNan() {
    ByteBuffer nan = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0x7FC00000);
    assertThat(FloatCast.of(DType.F32, DType.BF16).cast(nan.flip(), ByteBuffer.allocate(2)))
        .isFalse();
  }

  @Test
  void castsNothingElse() {
    assertThat(FloatCast.exists(DType.F64, DType.BF16)).isFalse();
    assertThat(FloatCast.exists(DType.BF16, DType.F8_E4M3)).isFalse();
    assertThat(FloatCast.exists(DType.F16, DType.BF16)).isTrue();
  }

  private static BigDecimal distance(float value, short half) {
    return new BigDecimal(value).subtract(new BigDecimal(FloatCast.ofHalf(half))).abs();
  }

  private static String cast(DType from, DType to, String hex, int bytes) {
    ByteBuffer source = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    source.putInt(new BigInteger(hex, 16).intValue()).flip();
    ByteBuffer target = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(FloatCast.of(from, to).cast(source, target)).isTrue();
    return HexFormat.of().withUpperCase().toHexDigits(target.getShort(0));
  }
}
