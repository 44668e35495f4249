package io.shardsum.checksum;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The scales of a pair, of which a part of one row of blocks is held. They are read through a
 * window, so that neighbours take one read, and a scale of any size takes little memory.
 */
final class Fp8Scales {

  /** Most scales that are held; a row that has more is read in parts. */
  private static final int MOST_SCALES = 4096;

  private static final int WINDOW_BYTES = 256 * 1024;

  private final BlockFp8 pair;
  private final ScaleBytes source;
  private final float[] scales = new float[MOST_SCALES];
  private final ByteBuffer window;
  private long windowBegin;
  private long matrix = -1;
  private long blockRow;
  private long firstColumn;
  private int count;

  Fp8Scales(BlockFp8 pair, ScaleBytes source) {
    this.pair = pair;
    this.source = source;
    this.window =
        ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, pair.scaleBytes()))
            .order(ByteOrder.LITTLE_ENDIAN)
            .limit(0);
  }

  /**
   * The scale of a block.
   *
   * @throws Fp8PairException if packed scales are not what the engine makes
   */
  float at(long ofMatrix, long ofBlockRow, long ofBlockColumn)
      throws IOException, Fp8PairException {
    boolean held =
        ofMatrix == matrix
            && ofBlockRow == blockRow
            && ofBlockColumn >= firstColumn
            && ofBlockColumn < firstColumn + count;
    if (!held) {
      load(ofMatrix, ofBlockRow, ofBlockColumn);
    }
    return scales[(int) (ofBlockColumn - firstColumn)];
  }

  /**
   * Copies the scales of blocks side by side.
   *
   * @param target takes {@code length} of them, from its begin
   * @throws Fp8PairException if packed scales are not what the engine makes
   */
  void copy(long ofMatrix, long ofBlockRow, long from, float[] target, int length)
      throws IOException, Fp8PairException {
    for (int at = 0; at < length; ) {
      at(ofMatrix, ofBlockRow, from + at); // loads them
      int begin = (int) (from + at - firstColumn);
      int copied = Math.min(length - at, count - begin);
      System.arraycopy(scales, begin, target, at, copied);
      at += copied;
    }
  }

  private void load(long ofMatrix, long ofBlockRow, long from)
      throws IOException, Fp8PairException {
    matrix = -1;
    int length = (int) Math.min(MOST_SCALES, pair.blockColumns() - from);
    long row = pair.scaleRowOffsetBytes(ofMatrix, ofBlockRow);
    if (pair.isPacked()) {
      loadPacked(row, from, length);
    } else {
      bytes(row + from * Float.BYTES, length * Float.BYTES).asFloatBuffer().get(scales, 0, length);
    }
    matrix = ofMatrix;
    blockRow = ofBlockRow;
    firstColumn = from;
    count = length;
  }

  private void loadPacked(long rowBytes, long from, int length)
      throws IOException, Fp8PairException {
    byte[] exponents = new byte[length];
    bytes(rowBytes + from, length).get(exponents);
    for (int index = 0; index < length; index++) {
      scales[index] = Float.intBitsToFloat(Byte.toUnsignedInt(exponents[index]) << 23);
    }
    for (int repeat = 1; repeat < BlockFp8.PACKED_ROWS; repeat++) {
      long repeated = rowBytes + repeat * pair.scaleRowBytes();
      if (!bytes(repeated + from, length).equals(ByteBuffer.wrap(exponents))) {
        throw new Fp8PairException(
            "expected packed scales whose rows are the same 128 times, found another in row "
                + repeated / pair.scaleRowBytes());
      }
    }
  }

  private ByteBuffer bytes(long positionBytes, int lengthBytes) throws IOException {
    boolean held =
        positionBytes >= windowBegin && positionBytes + lengthBytes <= windowBegin + window.limit();
    if (!held) {
      window.clear();
      window.limit((int) Math.min(window.capacity(), pair.scaleBytes() - positionBytes));
      windowBegin = Long.MAX_VALUE - window.capacity(); // nothing is held, should this fail
      source.read(positionBytes, window);
      window.flip();
      windowBegin = positionBytes;
    }
    return window
        .slice((int) (positionBytes - windowBegin), lengthBytes)
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
