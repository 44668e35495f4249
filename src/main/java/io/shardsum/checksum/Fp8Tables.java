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

  /** What a CPU makes of every NaN; a GPU may write other bits. */
  private static final int NAN = 0x7FC0;

  private static final float[] VALUES = values();

  private final int[][] tables = new int[MOST_TABLES][];
  private final int[] scaleBits = new int[MOST_TABLES];

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
