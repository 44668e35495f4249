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

  /** So many, with what they become, stay in the second cache. */
  private static final int MOST_ELEMENTS = 16 * 1024;

  /** From this many rows and columns of a block on, a table takes less time than the products. */
  private static final int LEAST_BLOCK_OF_TABLE = 32;

  private final BlockFp8 pair;
  private final Fp8Scales scales;
  private final Fp8Tables tables = new Fp8Tables();
  private final byte[] quantized = new byte[MOST_ELEMENTS];
  private final short[] dequantized = new short[MOST_ELEMENTS];

  /** Dequantizes a pair whose scales are read where they are needed. */
  public Fp8Dequantizer(BlockFp8 pair, ScaleBytes scale) {
    this.pair = pair;
    this.scales = new Fp8Scales(pair, scale);
  }

  /** Which scale belongs to which element. */
  public BlockFp8 pair() {
    return pair;
  }

  /**
   * Copies the scales of blocks side by side.
   *
   * @param matrix of the weight, 0 if it has two dimensions
   * @param from the column of blocks of the first
   * @param target takes so many of them, from its begin
   * @throws IOException if scales cannot be read
   * @throws Fp8PairException if packed scales are not what the engine makes
   */
  public void scales(long matrix, long blockRow, long from, float[] target, int count)
      throws IOException, Fp8PairException {
    scales.copy(matrix, blockRow, from, target, count);
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
      int seen =
          pair.block() < LEAST_BLOCK_OF_TABLE
              ? multiply(from, to, scale)
              : lookUp(from, to, tables.table(column / pair.block(), scale));
      if ((seen & Fp8Tables.NAN_FLAG) != 0 && firstNan.isEmpty()) {
        firstNan = OptionalLong.of(firstElement + firstNan(from, scale));
      }
      from = to;
    }
    return firstNan;
  }

  /** Returns the bits that are set in any of the values. */
  private int multiply(int begin, int end, float scale) {
    int seen = 0;
    for (int index = begin; index < end; index++) {
      int value = Fp8Tables.value(quantized[index] & 0xFF, scale);
      seen |= value;
      dequantized[index] = (short) value;
    }
    return seen;
  }

  /** As {@link #multiply}, by the table of the scale. */
  private int lookUp(int begin, int end, int[] table) {
    byte[] from = quantized;
    short[] to = dequantized;
    int seen = 0;
    for (int index = begin; index < end; index++) {
      int value = table[from[index] & 0xFF];
      seen |= value;
      to[index] = (short) value;
    }
    return seen;
  }

  private int firstNan(int begin, float scale) {
    int index = begin;
    while ((Fp8Tables.value(quantized[index] & 0xFF, scale) & Fp8Tables.NAN_FLAG) == 0) {
      index++;
    }
    return index;
  }
}
