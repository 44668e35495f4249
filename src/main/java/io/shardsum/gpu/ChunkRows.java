package io.shardsum.gpu;

import io.shardsum.checksum.SglangChecksum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A batch of chunks as the host knows it: where each row's bytes lie, and where they belong in
 * their tensor. That is a few numbers a row; the bytes stay on the device.
 */
final class ChunkRows {

  /** Rows are hashed together until they have this many bytes. */
  static final int PIECE_BYTES = 128 * 1024 * 1024;

  /** What a row takes besides its bytes, for its numbers. */
  private static final int ROW_BYTES = 64;

  private static final int TILE_BYTES = SglangChecksum.TILE_BYTES;

  private final int[] offsets;
  private final boolean[] present;
  private final long[] firstWords;
  private final long[] tensorBytes;
  private int count;

  /**
   * A batch without rows yet.
   *
   * @param offsets where each row begins in the buffer, and at last where the last one ends
   */
  ChunkRows(int[] offsets) {
    this.offsets = offsets;
    this.present = new boolean[offsets.length - 1];
    this.firstWords = new long[present.length];
    this.tensorBytes = new long[present.length];
  }

  /**
   * The next row is a chunk.
   *
   * @throws IllegalArgumentException if it is no piece of a tensor that {@link SglangChecksum#sum}
   *     takes
   */
  void add(long firstWord, long lengthOfTensor) {
    SglangChecksum.checkPiece(lengthBytes(count), firstWord, lengthOfTensor);
    present[count] = true;
    firstWords[count] = firstWord;
    tensorBytes[count] = lengthOfTensor;
    count++;
  }

  /** The next row has bytes, but no place in a tensor: whatever its sum is, it does not count. */
  void addWithoutPlace() {
    add(0, lengthBytes(count));
  }

  /** The next row is null; bytes that it may have in the buffer do not count. */
  void addNull() {
    count++;
  }

  int count() {
    return count;
  }

  boolean isPresent(int row) {
    return present[row];
  }

  int offsetBytes(int row) {
    return offsets[row];
  }

  int lengthBytes(int row) {
    return offsets[row + 1] - offsets[row];
  }

  long firstWord(int row) {
    return firstWords[row];
  }

  /** How many zero bytes make a row end with a whole word. */
  int paddingBytes(int row) {
    return present[row] ? -lengthBytes(row) & (Integer.BYTES - 1) : 0;
  }

  int tiles(int row) {
    return present[row] ? (int) ((lengthBytes(row) + (TILE_BYTES - 1L)) / TILE_BYTES) : 0;
  }

  /** Where each row's tiles begin among all tiles, and at last how many there are. */
  int[] tileOffsets() {
    int[] tileOffsets = new int[count() + 1];
    for (int row = 0; row < count(); row++) {
      tileOffsets[row + 1] = tileOffsets[row] + tiles(row);
    }
    return tileOffsets;
  }

  /** For each tile, the low 32 bits of its tensor's length in bytes, padded to words. */
  int[] paddedLengths() {
    int[] tileOffsets = tileOffsets();
    int[] lengths = new int[tileOffsets[count()]];
    for (int row = 0; row < count(); row++) {
      int padded = (int) ((tensorBytes[row] + (Integer.BYTES - 1)) & -Integer.BYTES);
      Arrays.fill(lengths, tileOffsets[row], tileOffsets[row + 1], padded);
    }
    return lengths;
  }

  /** The rows cut into runs that are hashed together: all rows, in order. */
  List<ColumnPiece> pieces() {
    List<ColumnPiece> pieces = new ArrayList<>();
    int begin = 0;
    long bytes = 0;
    for (int row = 0; row < count(); row++) {
      long rowBytes = (long) lengthBytes(row) + ROW_BYTES;
      if (row > begin && bytes + rowBytes > PIECE_BYTES) {
        pieces.add(new ColumnPiece(this, begin, row));
        begin = row;
        bytes = 0;
      }
      bytes += rowBytes;
    }
    pieces.add(new ColumnPiece(this, begin, count()));
    return pieces;
  }
}
