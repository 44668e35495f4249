package io.shardsum.gpu;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The rows of a list column in an array.
 *
 * @param buffer all bytes, also some that belong to no row
 * @param offsets where each row begins, and at last where the last one ends
 * @param beginOnAWord whether the buffer does
 */
@SuppressWarnings("ArrayRecordComponent") // the arrays are what is tested, and nobody compares them
record PlainByteRows(
    PlainOperations operations,
    byte[] buffer,
    int[] offsets,
    boolean[] isNull,
    boolean beginOnAWord)
    implements ByteRows<PlainColumn> {

  @Override
  public PlainColumn words(int firstByte, int wordCount) {
    if (!beginOnAWord || firstByte % Integer.BYTES != 0) {
      throw new IllegalStateException("No boundary of words: " + firstByte);
    }
    return wordsOf(ByteBuffer.wrap(buffer, firstByte, wordCount * Integer.BYTES), wordCount);
  }

  @Override
  public PlainColumn paddedWords(int beginRow, int endRow, int[] padding) {
    ByteArrayOutputStream padded = new ByteArrayOutputStream();
    for (int row = beginRow; row < endRow; row++) {
      if (!isNull[row]) {
        padded.write(buffer, offsets[row], offsets[row + 1] - offsets[row]);
        padded.writeBytes(new byte[padding[row - beginRow]]);
      }
    }
    return wordsOf(ByteBuffer.wrap(padded.toByteArray()), padded.size() / Integer.BYTES);
  }

  private PlainColumn wordsOf(ByteBuffer bytes, int wordCount) {
    ByteBuffer words = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    return operations.column(Integer.SIZE, wordCount, row -> words.getInt(row * Integer.BYTES));
  }
}
