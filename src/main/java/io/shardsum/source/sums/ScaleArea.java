package io.shardsum.source.sums;

import io.shardsum.checksum.BlockFp8;
import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.Fp8PairException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What {@code gpu/tile_sums.cu} is told of chunks of weights in FP8, one behind the other: the
 * shape of the weight, the chunk's place in it, and the scales of the blocks that it touches.
 *
 * <table>
 * <caption>A chunk: numbers of 64 bits, then scales as float32, row by row, little-endian</caption>
 * <tr><td>0, 8, 16</td><td>columns and rows of a matrix, rows and columns of a block</td></tr>
 * <tr><td>24, 32</td><td>row within its matrix, and column of the chunk's first element</td></tr>
 * <tr><td>40</td><td>rows of blocks of a matrix</td></tr>
 * <tr><td>48, 56</td><td>scales in a row of them, and the column of blocks of the first</td></tr>
 * </table>
 */
public final class ScaleArea {

  private static final int HEAD_BYTES = 8 * Long.BYTES;

  /** Of each chunk's begin, as the numbers need it. */
  private static final int ALIGNMENT = Long.BYTES;

  private final ByteBuffer bytes;
  private float[] row = new float[0];

  /** An area in memory that is there. */
  public ScaleArea(ByteBuffer bytes) {
    this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    clear();
  }

  void clear() {
    bytes.clear();
  }

  /** Bytes in use. */
  int usedBytes() {
    return bytes.position();
  }

  boolean hasRoom(Extent extent) {
    return extent.bytes() <= bytes.remaining();
  }

  /** The blocks that a chunk touches. */
  public record Extent(
      long firstMatrix,
      long firstRow,
      long firstColumn,
      long firstBlock,
      long lastBlock,
      long blockRows,
      long blockRowsOfMatrix) {

    /** Those of a chunk of so many elements. */
    public static Extent of(BlockFp8 pair, long firstElement, int elements) {
      long lastElement = firstElement + elements - 1;
      long row = firstElement / pair.columns();
      long lastRow = lastElement / pair.columns();
      boolean oneRow = row == lastRow;
      long ofMatrix = (pair.rows() + pair.block() - 1) / pair.block();
      return new Extent(
          row / pair.rows(),
          row % pair.rows(),
          firstElement % pair.columns(),
          oneRow ? firstElement % pair.columns() / pair.block() : 0,
          oneRow ? lastElement % pair.columns() / pair.block() : pair.columns() / pair.block() - 1,
          blockRow(pair, lastRow, ofMatrix) - blockRow(pair, row, ofMatrix) + 1,
          ofMatrix);
    }

    private static long blockRow(BlockFp8 pair, long row, long ofMatrix) {
      return row / pair.rows() * ofMatrix + row % pair.rows() / pair.block();
    }

    private long columns() {
      return lastBlock - firstBlock + 1;
    }

    /** What it takes of the area. */
    public int bytes() {
      long bytes = HEAD_BYTES + blockRows * columns() * Float.BYTES;
      return Math.toIntExact((bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }
  }

  /**
   * Adds a chunk.
   *
   * @return where it begins in the area
   * @throws IOException if scales cannot be read
   * @throws Fp8PairException if packed scales are not what the engine makes
   */
  public int add(Fp8Dequantizer weight, Extent extent) throws IOException, Fp8PairException {
    BlockFp8 pair = weight.pair();
    int begin = bytes.position();
    int columns = Math.toIntExact(extent.columns());
    if (row.length < columns) {
      row = new float[columns];
    }
    long[] head = {
      pair.columns(),
      pair.rows(),
      pair.block(),
      extent.firstRow,
      extent.firstColumn,
      extent.blockRowsOfMatrix,
      extent.columns(),
      extent.firstBlock
    };
    bytes.asLongBuffer().put(head);
    bytes.position(begin + HEAD_BYTES);
    try {
      long before = extent.firstMatrix * extent.blockRowsOfMatrix + extent.firstRow / pair.block();
      for (long down = before; down < before + extent.blockRows; down++) {
        long matrix = down / extent.blockRowsOfMatrix;
        long blockRow = down % extent.blockRowsOfMatrix;
        weight.scales(matrix, blockRow, extent.firstBlock, row, columns);
        bytes.asFloatBuffer().put(row, 0, columns);
        bytes.position(bytes.position() + columns * Float.BYTES);
      }
    } catch (IOException | Fp8PairException e) {
      bytes.position(begin);
      throw e;
    }
    bytes.position(begin + extent.bytes());
    return begin;
  }
}
