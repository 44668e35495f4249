package io.shardsum.checksum;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Dequantizes a weight in block-quantized FP8, piece by piece, to the bf16 bytes that the engine
 * hashes: exact widening, one product in float32, one rounding to bf16, both to nearest even.
 *
 * <p>An instance holds some hundred KiB, whatever the pair's size, and is not safe for use by
 * several threads. It does best with pieces in the order of the weight.
 */
public final class Fp8Dequantizer {

  /** Elements whose dequantized bytes are a tile; with those, they stay in the second cache. */
  public static final int TILE_ELEMENTS = SglangChecksum.TILE_BYTES / Short.BYTES;

  /** From this many rows and columns of a block on, a table takes less time than the products. */
  private static final int LEAST_BLOCK_OF_TABLE = 32;

  /** Stored words, of four elements each, that are dequantized at once. */
  private static final int STORED_AT_ONCE = WordLoops.WORDS / 2;

  private final BlockFp8 pair;
  private final Fp8Scales scales;
  private final BlockScales blockScales;
  private final WordLoops loops;
  private final Fp8Tables tables = new Fp8Tables();
  private final byte[] quantized = new byte[TILE_ELEMENTS];
  private final short[] dequantized = new short[TILE_ELEMENTS];
  private final int[] stored = new int[STORED_AT_ONCE];
  private final int[] nans = new int[STORED_AT_ONCE];
  private final int[] words = new int[WordLoops.WORDS];

  /** Dequantizes a pair whose scales are read where they are needed. */
  public Fp8Dequantizer(BlockFp8 pair, ScaleBytes scale) {
    this(pair, scale, LoopChoice.OF_BLOCK_FP8.now());
  }

  Fp8Dequantizer(BlockFp8 pair, ScaleBytes scale, WordLoops loops) {
    this.pair = pair;
    this.scales = new Fp8Scales(pair, scale);
    this.blockScales = new BlockScales(pair, scales, tables);
    this.loops = loops;
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
   * Sums what a tile's worth of the weight becomes, without putting it anywhere.
   *
   * @param weight the elements, left as they are
   * @param firstElement the index of the first of them within the weight
   * @param elements of the whole weight
   * @return the tile's part of the sum of the dequantized weight. Empty if these are not the
   *     elements of one whole tile, if blocks are not 128 wide, and if an element or a scale is NaN
   *     or infinite: {@link #dequantize} does it then
   * @throws IOException if scales cannot be read
   * @throws Fp8PairException if packed scales are not what the engine makes
   */
  public OptionalLong sumOfTile(
      ByteBuffer weight, long firstElement, long elements, SglangChecksum checksum)
      throws IOException, Fp8PairException {
    boolean isTile = weight.remaining() == TILE_ELEMENTS && firstElement % TILE_ELEMENTS == 0;
    if (!isTile || pair.block() != WordLoops.BLOCK) {
      return OptionalLong.empty();
    }
    IntBuffer source = weight.slice().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    int firstWord = (int) (firstElement / 2);
    Arrays.fill(nans, 0);
    blockScales.moveTo(firstElement);
    checksum.beginTile();
    while (source.hasRemaining()) {
      if (!blockScales.next()) {
        return OptionalLong.empty();
      }
      source.get(stored, 0, STORED_AT_ONCE);
      addNans(stored, nans);
      loops.dequantize(stored, blockScales, words);
      checksum.mix(loops, words, WordOrder.EVEN_THEN_ODD, firstWord);
      firstWord += WordLoops.WORDS;
    }
    return isAnyNan(nans)
        ? OptionalLong.empty()
        : OptionalLong.of(checksum.endTile(Short.BYTES * elements));
  }

  /** Sets the upper bit of each byte that is NaN; others may have been set before. */
  private static void addNans(int[] stored, int[] nans) {
    for (int index = 0; index < STORED_AT_ONCE; index++) {
      nans[index] |= (stored[index] & 0x7F7F7F7F) + 0x01010101;
    }
  }

  private static boolean isAnyNan(int[] nans) {
    int any = 0;
    for (int four : nans) {
      any |= four;
    }
    return (any & 0x80808080) != 0;
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
      int count = Math.min(TILE_ELEMENTS, weight.remaining());
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
