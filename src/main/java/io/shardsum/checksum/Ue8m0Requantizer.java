package io.shardsum.checksum;

/**
 * What becomes of a weight that an engine quantizes again when it loads it, for GPUs whose scales
 * are powers of two: block-quantized FP8, dequantized, with a new scale for each tile of 128 x 128.
 *
 * <pre>
 * a = max(max |x|, 1e-4) over the tile, s = a / 448 rounded up to a power of two
 * result = bf16(e4m3(x / s) * s)
 * </pre>
 *
 * <p>Each rounding is to the nearest, ties to even; division and product by a power of two are
 * exact.
 *
 * <p>Source of the rule: {@code per_block_cast_to_fp8} in SGLang's {@code
 * srt/layers/quantization/fp8_utils.py}, releases 0.5.15 to 0.5.23.
 */
public final class Ue8m0Requantizer {

  /** Rows and columns of a tile. */
  public static final int TILE = 128;

  private static final float LEAST_MAXIMUM = 1e-4f;
  private static final float LARGEST = 448;
  private static final int MANTISSA = 0x7F_FFFF;
  private static final float LEAST_NORMAL = 0x1p-6f;

  /** Sums with it have steps of 2<sup>-9</sup>, the least magnitude. */
  private static final float STEPS = 0x1p14f;

  private Ue8m0Requantizer() {}

  /**
   * Quantizes and dequantizes a band of tiles, in place.
   *
   * @param band bf16 bits of {@code rows * columns} elements, row by row
   * @param rows at most 128
   * @return false if an element is NaN or infinite; the band then does not count
   */
  public static boolean requantize(short[] band, int rows, int columns) {
    boolean finite = true;
    for (int begin = 0; begin < columns; begin += TILE) {
      finite &= requantize(band, rows, columns, begin, Math.min(begin + TILE, columns));
    }
    return finite;
  }

  private static boolean requantize(short[] band, int rows, int columns, int begin, int end) {
    float maximum = LEAST_MAXIMUM;
    for (int row = 0; row < rows; row++) {
      for (int index = row * columns + begin; index < row * columns + end; index++) {
        maximum = Math.max(maximum, Math.abs(FloatCast.ofBrain(band[index])));
      }
    }
    if (!Float.isFinite(maximum)) {
      return false;
    }
    float scale = ceilToPowerOfTwo(maximum / LARGEST);
    float reciprocal = 1 / scale;
    for (int row = 0; row < rows; row++) {
      for (int index = row * columns + begin; index < row * columns + end; index++) {
        float quantized = e4m3(FloatCast.ofBrain(band[index]) * reciprocal);
        band[index] = FloatCast.toBrain(quantized * scale);
      }
    }
    return true;
  }

  private static float ceilToPowerOfTwo(float value) {
    int bits = Float.floatToRawIntBits(value);
    int exponent = (bits >>> 23) + ((bits & MANTISSA) == 0 ? 0 : 1);
    return Float.intBitsToFloat(Math.max(1, Math.min(254, exponent)) << 23);
  }

  /** The nearest number of 4 bits of exponent and 3 of mantissa; the value is at most 448. */
  private static float e4m3(float value) {
    float magnitude = Math.abs(value);
    if (magnitude < LEAST_NORMAL) {
      return Math.copySign(magnitude + STEPS - STEPS, value);
    }
    int bits = Float.floatToRawIntBits(value);
    return Float.intBitsToFloat((bits + 0x7_FFFF + ((bits >>> 20) & 1)) & ~0xF_FFFF);
  }
}
