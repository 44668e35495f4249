package io.shardsum.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.safetensors.DType;
import java.io.EOFException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Fp8DequantizerTest {

  private static final int NAN = 0x7FC0;

  private final Random random = new Random(20_261_123);

  /** Every byte times scales of all magnitudes, against exact arithmetic. */
  @Test
  void roundsTheExactProductTwiceToNearestEven() throws Exception {
    float[] scales = new float[100];
    for (int index = 0; index < scales.length; index++) {
      float any = Float.intBitsToFloat(random.nextInt() & 0x7FFFFFFF);
      scales[index] = Float.isFinite(any) ? any : 0;
    }
    scales[0] = Float.MIN_VALUE;
    scales[1] = Float.MAX_VALUE;
    scales[2] = -1.5f;
    scales[3] = 1 + 0x1p-23f;

    BlockFp8 pair = BlockFp8.of(List.of(1L, 256L), DType.F32, List.of(1L, 1L));
    for (float scale : scales) {
      ByteBuffer found = inPieces(pair, floats(scale), everyByte(), 256);
      ByteBuffer expected = bf16(256);
      for (int bits = 0; bits < 256; bits++) {
        expected.putShort((short) exact(bits, scale));
      }
      assertThat(found).as("times %s", scale).isEqualTo(expected.flip());
    }
  }

  private static int exact(int bits, float scale) {
    if ((bits & 0x7F) == 0x7F) {
      return NAN;
    }
    int exponent = (bits >> 3) & 15;
    int mantissa = bits & 7;
    BigDecimal magnitude =
        new BigDecimal(exponent == 0 ? mantissa : 8 + mantissa)
            .multiply(new BigDecimal(Math.scalb(1d, Math.max(1, exponent) - 10)));
    boolean negative = (bits >= 128) != (scale < 0);
    float product = magnitude.multiply(new BigDecimal(scale).abs()).floatValue();
    int down = Float.floatToIntBits(product) >>> 16;
    if (Float.isInfinite(product)) {
      return negative ? down | 0x8000 : down;
    }
    BigDecimal below = value(down);
    BigDecimal above = value(down + 1);
    int nearer =
        new BigDecimal(product).subtract(below).compareTo(above.subtract(new BigDecimal(product)));
    int rounded = nearer > 0 || (nearer == 0 && down % 2 == 1) ? down + 1 : down;
    return negative ? rounded | 0x8000 : rounded;
  }

  /** Of bf16 bits; of those of infinity the number that would come next. */
  private static BigDecimal value(int bits) {
    return bits == 0x7F80
        ? new BigDecimal(2).pow(128)
        : new BigDecimal(Float.intBitsToFloat(bits << 16));
  }

  private static byte[] everyByte() {
    byte[] bytes = new byte[256];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) index;
    }
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({"NaN,0x38,0", "NaN,0x00,0", "1,0x7F,0", "1,0xFF,0", "Infinity,0x80,0"})
  void tellsWhereTheFirstNanIs(float scale, String bits, int expected) throws Exception {
    BlockFp8 pair = BlockFp8.of(List.of(1L, 4L), DType.F32, List.of(1L, 1L));
    byte[] weight = {
      Integer.decode(bits).byteValue(), 0x38, 0x38, Integer.decode(bits).byteValue()
    };
    ByteBuffer target = ByteBuffer.allocate(8);

    OptionalLong nan =
        new Fp8Dequantizer(pair, in(floats(scale))).dequantize(ByteBuffer.wrap(weight), 0, target);

    assertThat(nan).hasValue(expected);
    assertThat(target.order(ByteOrder.LITTLE_ENDIAN).getShort(6)).isEqualTo((short) NAN);
  }

  @ParameterizedTest
  @CsvSource({"0x7F,1,70000", "0xFF,1,130", "0x80,Infinity,70000"})
  void findsTheFirstNanInWhicheverBlockItIs(String bits, float ofLastBlocks, int at)
      throws Exception {
    BlockFp8 pair = BlockFp8.of(List.of(512L, 256L), DType.F32, List.of(4L, 2L));
    byte[] weight = new byte[512 * 256];
    Arrays.fill(weight, (byte) 0x38);
    weight[at] = Integer.decode(bits).byteValue();
    weight[at + 2] = weight[at];
    float last = ofLastBlocks;
    byte[] scales = floats(1, 2, 3, 4, last, last, last, last);

    OptionalLong nan =
        new Fp8Dequantizer(pair, in(scales))
            .dequantize(ByteBuffer.wrap(weight), 0, bf16(weight.length));

    assertThat(nan).hasValue(at);
  }

  @ParameterizedTest
  @CsvSource({"0x38,Infinity,0x7F80", "0xB8,Infinity,0xFF80", "0x7E,3.4e38,0x7F80"})
  void infinityIsNoNan(String bits, float scale, String expected) throws Exception {
    BlockFp8 pair = BlockFp8.of(List.of(1L, 1L), DType.F32, List.of(1L, 1L));
    ByteBuffer target = bf16(1);
    byte[] weight = {Integer.decode(bits).byteValue()};

    assertThat(
            new Fp8Dequantizer(pair, in(floats(scale)))
                .dequantize(ByteBuffer.wrap(weight), 0, target))
        .isEmpty();
    assertThat(Short.toUnsignedInt(target.getShort(0))).isEqualTo(Integer.decode(expected));
  }

  /** Blocks of 3 with ragged last rows, of 128, of 1, and a row whose scales are many. */
  @ParameterizedTest
  @CsvSource({
    "2,7,12,3",
    "3,200,256,128",
    "1,5,3,1",
    "1,1,5000,1",
    "2,1,9000,2",
    "1,300,1,1",
    "2,0,8,4"
  })
  void takesTheScaleOfEachElementsBlockHoweverTheWeightIsCut(
      int matrices, int rows, int columns, int block) throws Exception {
    int blockRows = (rows + block - 1) / block;
    int blockColumns = columns / block;
    float[] scales = new float[matrices * blockRows * blockColumns];
    for (int index = 0; index < scales.length; index++) {
      scales[index] = random.nextFloat();
    }
    byte[] weight = weight(matrices * rows * columns);
    BlockFp8 pair =
        BlockFp8.of(
            List.of((long) matrices, (long) rows, (long) columns),
            DType.F32,
            List.of((long) matrices, (long) blockRows, (long) blockColumns));
    ByteBuffer expected = bf16(weight.length);
    for (int index = 0; index < weight.length; index++) {
      int matrix = index / (rows * columns);
      int row = index / columns % rows;
      int scaleRow = matrix * blockRows + row / block;
      float scale = scales[scaleRow * blockColumns + index % columns / block];
      expected.putShort((short) exact(weight[index] & 0xFF, scale));
    }

    assertThat(pair.block()).isEqualTo(block);
    expected.flip();
    assertThat(inPieces(pair, floats(scales), weight, weight.length)).isEqualTo(expected);
    assertThat(inPieces(pair, floats(scales), weight, 1000)).isEqualTo(expected);
  }

  @Test
  void takesTheScalesInAnyOrder() throws Exception {
    BlockFp8 pair = BlockFp8.of(List.of(6L, 4L), DType.F32, List.of(3L, 2L));
    byte[] weight = weight(24);
    byte[] scales = floats(1, 2, 3, 4, 5, 6);
    ByteBuffer forward = inPieces(pair, scales, weight, 24);
    Fp8Dequantizer dequantizer = new Fp8Dequantizer(pair, in(scales));

    for (int element : new int[] {23, 0, 12, 3, 4, 20}) {
      ByteBuffer target = bf16(1);
      dequantizer.dequantize(ByteBuffer.wrap(weight, element, 1), element, target);
      assertThat(target.getShort(0)).isEqualTo(forward.getShort(2 * element));
    }
  }

  /** The same powers of two, once as they are and once packed. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void unpacksPowersOfTwo(int matrices) throws Exception {
    int rows = 256;
    int columns = 640;
    float[] plain = new float[matrices * 2 * 5];
    byte[] packed = new byte[matrices * rows * 8];
    for (int row = 0; row < matrices * rows; row++) {
      for (int column = 0; column < 5; column++) {
        int index = row / 128 * 5 + column;
        int exponent = index == 0 ? 0 : 100 + 3 * index;
        plain[index] = index == 0 ? 0 : Math.scalb(1f, exponent - 127);
        packed[row * 8 + column] = (byte) exponent;
      }
    }
    byte[] weight = weight(matrices * rows * columns);
    List<Long> shape = List.of((long) matrices, (long) rows, (long) columns);

    ByteBuffer unpacked =
        inPieces(
            BlockFp8.of(shape, DType.I32, List.of((long) matrices, (long) rows, 2L)),
            packed,
            weight,
            1000);

    assertThat(unpacked)
        .isEqualTo(
            inPieces(
                BlockFp8.of(shape, DType.F32, List.of((long) matrices, 2L, 5L)),
                floats(plain),
                weight,
                weight.length));
  }

  @Test
  void refusesPackedScalesThatTheEngineWouldNotMake() throws Exception {
    BlockFp8 pair = BlockFp8.of(List.of(256L, 128L), DType.I32, List.of(256L, 1L));
    byte[] packed = new byte[256 * 4];
    packed[4 * 200] = 1;

    assertThatThrownBy(() -> inPieces(pair, packed, new byte[256 * 128], 1000))
        .isInstanceOf(Fp8PairException.class)
        .hasMessage(
            "expected packed scales whose rows are the same 128 times, found another in row 200");
  }

  @Test
  void readsTheScaleInFewPieces() throws Exception {
    BlockFp8 pair = BlockFp8.of(List.of(1280L, 1280L), DType.F32, List.of(10L, 10L));
    byte[] scales = floats(new float[100]);
    int[] reads = {0};
    ScaleBytes counted =
        (position, target) -> {
          reads[0]++;
          in(scales).read(position, target);
        };

    new Fp8Dequantizer(pair, counted)
        .dequantize(ByteBuffer.wrap(weight(1280 * 1280)), 0, bf16(1280 * 1280));

    assertThat(reads[0]).isEqualTo(1);
  }

  private byte[] weight(int length) {
    byte[] weight = new byte[length];
    random.nextBytes(weight);
    return weight;
  }

  private static ByteBuffer inPieces(BlockFp8 pair, byte[] scale, byte[] weight, int pieceBytes)
      throws Exception {
    Fp8Dequantizer dequantizer = new Fp8Dequantizer(pair, in(scale));
    ByteBuffer target = bf16(weight.length);
    for (int at = 0; at < weight.length; at += pieceBytes) {
      int length = Math.min(pieceBytes, weight.length - at);
      dequantizer.dequantize(ByteBuffer.wrap(weight, at, length), at, target);
    }
    assertThat(target.hasRemaining()).isFalse();
    return target.flip();
  }

  private static ByteBuffer bf16(int elements) {
    return ByteBuffer.allocate(2 * elements).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static ScaleBytes in(byte[] bytes) {
    return (position, target) -> {
      if (position + target.remaining() > bytes.length) {
        throw new EOFException("past the scale");
      }
      target.put(bytes, (int) position, target.remaining());
    };
  }
}
