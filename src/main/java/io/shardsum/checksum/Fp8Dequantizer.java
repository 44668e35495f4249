package io.shardsum.checksum;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/**
 * Dequantizes a weight in block-quantized FP8, piece by piece, to the bf16 bytes that the engine
 * hashes: exact widening, one product in float32, one rounding to bf16, both to nearest even.
 *
 * <p>An instance holds some hundred KiB, whatever the pair's size, and is not safe for use by
 * several threads. It does best with pieces in the order of the weight.
 */
public final class Fp8Dequantizer {

  private static final int MOST_ELEMENTS = 32 * 1024;
  private static final int MAGNITUDE = 0x7F;
  private static final int INFINITY_BITS = 0x7F800000;

  /** What a CPU makes of every NaN; a GPU may write other bits. */
  private static final short NAN = 0x7FC0;

  private static final float[] VALUES = values();

  private final BlockFp8 pair;
  private final Fp8Scales scales;
  private final byte[] quantized = new byte[MOST_ELEMENTS];
  private final short[] dequantized = new short[MOST_ELEMENTS];

  /** Dequantizes a pair whose scales are read where they are needed. */
  public Fp8Dequantizer(BlockFp8 pair, ScaleBytes scale) {
    this.pair = pair;
    this.scales = new Fp8Scales(pair, scale);
  }

  /**
   * Dequantizes a piece of the weight.
   *
   * @param weight the piece, a byte an element, from its position, which is moved to its limit
   * @param firstElement the index of its first element within the weight
   * @param target takes two bytes an element, little-endian, from its position, which is moved
   * @return the index of the first element that is NaN, of which a GPU may write other bits than
   *     the {@code 0x7FC0} of a CPU; empty if none is
   * @throws IOException if scales cannot be read
   * @throws Fp8PairException if packed scales are not what the engine makes
   */
  public OptionalLong dequantize(ByteBuffer weight, long firstElement, ByteBuffer target)
      throws IOException, Fp8PairException {
    OptionalLong firstNan = OptionalLong.empty();
    long element = firstElement;
    while (weight.hasRemaining()) {
      int count = Math.min(MOST_ELEMENTS, weight.remaining());
      weight.get(quantized, 0, count);
      OptionalLong nan = dequantize(element, count);
      firstNan = firstNan.isPresent() ? firstNan : nan;
      target.slice().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().put(dequantized, 0, count);
      target.position(target.position() + count * Short.BYTES);
      element += count;
    }
    return firstNan;
  }

  private OptionalLong dequantize(long firstElement, int count)
      throws IOException, Fp8PairException {
    OptionalLong firstNan = OptionalLong.empty();
    int from = 0;
    while (from < count) {
      long row = (firstElement + from) / pair.columns();
      long column = (firstElement + from) % pair.columns();
      long ofBlock = pair.block() - column % pair.block();
      int to = (int) Math.min(count, from + ofBlock);
      float scale =
          scales.at(row / pair.rows(), row % pair.rows() / pair.block(), column / pair.block());
      if (scaled(quantized, from, to, scale, dequantized) > INFINITY_BITS) {
        int nan = markNans(from, to, scale);
        firstNan = firstNan.isPresent() ? firstNan : OptionalLong.of(firstElement + nan);
      }
      from = to;
    }
    return firstNan;
  }

  /** Returns the largest bits of a product, without its sign: above infinity there is only NaN. */
  private static int scaled(byte[] from, int begin, int end, float scale, short[] to) {
    int largest = 0;
    for (int index = begin; index < end; index++) {
      int bits = Float.floatToRawIntBits(VALUES[from[index] & 0xFF] * scale);
      largest = Math.max(largest, bits & 0x7FFFFFFF);
      to[index] = (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }
    return largest;
  }

  /** Gives every NaN the same bits; returns the first. */
  private int markNans(int begin, int end, float scale) {
    int first = end;
    for (int index = end - 1; index >= begin; index--) {
      if (Float.isNaN(VALUES[quantized[index] & 0xFF] * scale)) {
        dequantized[index] = NAN;
        first = index;
      }
    }
    return first;
  }

  /** Of each byte: 1 bit of sign, 4 of exponent, 3 of mantissa; no infinity, one magnitude NaN. */
  private static float[] values() {
    float[] values = new float[256];
    for (int bits = 0; bits < values.length; bits++) {
      int magnitude = bits & MAGNITUDE;
      float value =
          magnitude == MAGNITUDE ? Float.NaN : Float.intBitsToFloat(magnitude << 20) * 0x1p120f;
      values[bits] = bits == magnitude ? value : -value;
    }
    return values;
  }
}
