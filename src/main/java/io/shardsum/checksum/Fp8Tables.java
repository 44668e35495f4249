package io.shardsum.checksum;

/**
 * What each byte of a weight becomes under a scale, as a table for each column of blocks.
 *
 * <p>A value is the product's bf16 bits; {@link #NAN_FLAG} is set where it is NaN.
 */
final class Fp8Tables {

  /** Above the 16 bits of a value. */
  static final int NAN_FLAG = 1 << 16;

  /** More columns of blocks than weights have; others share tables, which are then made anew. */
  private static final int MOST_TABLES = 256;

  private static final int BYTES = 256;
  private static final int MAGNITUDE = 0x7F;

  private static final int MANTISSAS = 8;

  /** Bits of a float32 that a bf16 has not. */
  private static final int CUT_OFF = 0xFFFF;

  private static final int TIE = 0x8000;

  /** Products with scales between these are far from overflow, and from subnormal numbers. */
  private static final float LEAST_ORDINARY = 0x1p-100f;

  private static final float MOST_ORDINARY = 0x1p100f;

  /** What a CPU makes of every NaN; a GPU may write other bits. */
  private static final int NAN = 0x7FC0;

  private static final float[] VALUES = values();

  private final int[][] tables = new int[MOST_TABLES][];
  private final int[] scaleBits = new int[MOST_TABLES];

  /**
   * The scales, as bits, that the answers below are for. At first that is 0, and false is right.
   */
  private final int[] checkedBits = new int[MOST_TABLES];

  private final boolean[] roundsByAddition = new boolean[MOST_TABLES];

  /** The table of a scale, valid until the next call with the same column of blocks. */
  int[] table(long blockColumn, float scale) {
    int slot = (int) (blockColumn % MOST_TABLES);
    int bits = Float.floatToRawIntBits(scale);
    if (tables[slot] == null) {
      tables[slot] = new int[BYTES];
    } else if (scaleBits[slot] == bits) {
      return tables[slot];
    }
    scaleBits[slot] = bits;
    fill(tables[slot], scale);
    return tables[slot];
  }

  /**
   * Whether each product of a number and this scale is a normal float32 or 0, and rounds to a bf16
   * if half of the last place is added: no product lies in the middle between two.
   */
  boolean roundsByAddition(long blockColumn, float scale) {
    int slot = (int) (blockColumn % MOST_TABLES);
    int bits = Float.floatToRawIntBits(scale);
    if (checkedBits[slot] != bits) {
      checkedBits[slot] = bits;
      roundsByAddition[slot] = scale >= LEAST_ORDINARY && scale <= MOST_ORDINARY && !hasTie(scale);
    }
    return roundsByAddition[slot];
  }

  /** All products have one of these mantissas, as those of subnormal elements are among them. */
  private static boolean hasTie(float scale) {
    for (int mantissa = MANTISSAS; mantissa < 2 * MANTISSAS; mantissa++) {
      if ((Float.floatToRawIntBits(mantissa * scale) & CUT_OFF) == TIE) {
        return true;
      }
    }
    return false;
  }

  private static void fill(int[] table, float scale) {
    for (int index = 0; index < BYTES; index++) {
      table[index] = value(index, scale);
    }
  }

  /** What a single byte becomes. */
  static int value(int unsignedByte, float scale) {
    float product = VALUES[unsignedByte] * scale;
    return Float.isNaN(product) ? NAN_FLAG | NAN : FloatCast.toBrain(product) & 0xFFFF;
  }

  /** Of each byte: 1 bit of sign, 4 of exponent, 3 of mantissa; no infinity, one magnitude NaN. */
  private static float[] values() {
    float[] values = new float[BYTES];
    for (int bits = 0; bits < values.length; bits++) {
      int magnitude = bits & MAGNITUDE;
      float value =
          magnitude == MAGNITUDE ? Float.NaN : Float.intBitsToFloat(magnitude << 20) * 0x1p120f;
      values[bits] = bits == magnitude ? value : -value;
    }
    return values;
  }
}
