package io.shardsum.checksum;

import io.shardsum.safetensors.DType;
import java.util.List;
import java.util.stream.Stream;

/**
 * A weight in block-quantized FP8 and its scales: which scale belongs to which element.
 *
 * <p>The weight is {@code F8_E4M3}, {@code [N, K]} or {@code [E, N, K]}. Of the scale of type
 * {@code F32}, each element of the last two dimensions stands for a block of {@code b x b} elements
 * of the weight, with {@code b = K / (columns of the scale)}; the last row of blocks may reach past
 * the weight. A scale of type {@code I32} has packed powers of two: {@code [N, c]} or {@code [E, N,
 * c]}, four columns in the bytes of a word, little-endian, and each row 128 times; byte {@code v}
 * is 2<sup>v-127</sup>, and 0 is 0.
 *
 * <pre>dequantized[.., r, c] = bf16(float32(weight[.., r, c]) * scale[.., r / b, c / b])</pre>
 *
 * <p>Source of the rule: {@code Fp8BlockComparable} in SGLang's {@code
 * srt/utils/weight_checker_comparator.py}, release 0.5.23.
 */
public final class BlockFp8 {

  /** The type of every weight. */
  public static final DType WEIGHT = DType.F8_E4M3;

  /** The type of what the engine hashes, two bytes an element. */
  public static final DType DEQUANTIZED = DType.BF16;

  /** How often a row of packed scales is there. */
  static final int PACKED_ROWS = 128;

  /** More than any file has; a tensor without rows may claim them. */
  private static final long MOST_COLUMNS = 1L << 48;

  private static final int PACKED_COLUMNS = Integer.BYTES;

  private final DType scaleType;
  private final long rows;
  private final long columns;
  private final long scaleRows;
  private final long scaleColumns;
  private final long block;
  private final long scaleBytes;

  private BlockFp8(List<Long> weight, DType scaleType, List<Long> scale) {
    this.scaleType = scaleType;
    this.rows = fromEnd(weight, 2);
    this.columns = fromEnd(weight, 1);
    this.scaleRows = fromEnd(scale, 2);
    this.scaleColumns = fromEnd(scale, 1);
    this.block = columns / blockColumns();
    this.scaleBytes = scale.stream().reduce((long) Integer.BYTES, Math::multiplyExact);
  }

  /**
   * The pair of these shapes.
   *
   * @param weightShape of a weight of type {@link #WEIGHT}
   * @throws Fp8PairException if the engine cannot dequantize such a pair: then its whole call fails
   */
  public static BlockFp8 of(List<Long> weightShape, DType scaleType, List<Long> scaleShape)
      throws Fp8PairException {
    check(
        scaleType == DType.F32 || scaleType == DType.I32,
        "a scale of type F32 or I32",
        scaleType.name());
    check(
        weightShape.size() == 2 || weightShape.size() == 3,
        "a weight of 2 or 3 dimensions",
        weightShape.toString());
    check(
        scaleShape.size() == weightShape.size() && matrices(scaleShape) == matrices(weightShape),
        "a scale of as many matrices as the weight",
        weightShape + " and " + scaleShape);
    check(
        Stream.of(fromEnd(weightShape, 1), fromEnd(scaleShape, 1))
            .allMatch(columns -> columns > 0 && columns <= MOST_COLUMNS),
        "columns in weight and scale",
        weightShape + " and " + scaleShape);
    BlockFp8 pair = new BlockFp8(weightShape, scaleType, scaleShape);
    pair.checkBlocks(weightShape, scaleShape);
    return pair;
  }

  private void checkBlocks(List<Long> weightShape, List<Long> scaleShape) throws Fp8PairException {
    String found = weightShape + " and " + scaleShape;
    check(
        columns % blockColumns() == 0,
        "columns that the columns of the scale divide, in weight and scale",
        found);
    if (isPacked()) {
      check(
          rows % PACKED_ROWS == 0,
          "a multiple of 128 rows in a weight with packed scales",
          weightShape.toString());
      check(scaleRows == rows, "as many rows in the packed scale as in the weight", found);
    }
    check(
        blockRows() >= (rows + block - 1) / block,
        "a scale for each block of " + block + " rows, in weight and scale",
        found);
  }

  private static void check(boolean holds, String expected, String found) throws Fp8PairException {
    if (!holds) {
      throw new Fp8PairException("expected " + expected + ", found " + found);
    }
  }

  private static long matrices(List<Long> shape) {
    return shape.size() == 3 ? shape.get(0) : 1;
  }

  private static long fromEnd(List<Long> shape, int index) {
    return shape.get(shape.size() - index);
  }

  /** Rows and columns of a block. */
  public long block() {
    return block;
  }

  /** The length of the scale in bytes. */
  public long scaleBytes() {
    return scaleBytes;
  }

  boolean isPacked() {
    return scaleType == DType.I32;
  }

  /** Columns of a matrix of the weight. */
  public long columns() {
    return columns;
  }

  /** Rows of a matrix of the weight. */
  public long rows() {
    return rows;
  }

  /** Scales in a row of blocks. Packed ones fill whole words; what is left over has no meaning. */
  long blockColumns() {
    long ofBlocks = (columns + PACKED_ROWS - 1) / PACKED_ROWS;
    return isPacked() ? Math.min(PACKED_COLUMNS * scaleColumns, ofBlocks) : scaleColumns;
  }

  /** Rows of blocks of which a matrix of the scale tells. */
  private long blockRows() {
    return isPacked() ? scaleRows / PACKED_ROWS : scaleRows;
  }

  /** The length of a row of the scale in bytes, as it is stored. */
  long scaleRowBytes() {
    return Integer.BYTES * scaleColumns;
  }

  /** Where the scales of a row of blocks begin. */
  long scaleRowOffsetBytes(long matrix, long blockRow) {
    long row = isPacked() ? blockRow * PACKED_ROWS : blockRow;
    return (matrix * scaleRows + row) * scaleRowBytes();
  }
}
