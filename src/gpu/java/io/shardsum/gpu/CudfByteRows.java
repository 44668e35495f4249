package io.shardsum.gpu;

import ai.rapids.cudf.BaseDeviceMemoryBuffer;
import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.ColumnView;
import ai.rapids.cudf.DType;
import ai.rapids.cudf.DeviceMemoryBufferView;
import ai.rapids.cudf.Scalar;
import java.util.Optional;

/** The rows of a BINARY column: to cuDF, lists of UINT8. */
final class CudfByteRows implements ByteRows<CudfColumn> {

  private final ColumnView lists;

  /** The column stays the caller's, and must outlive all words of it. */
  CudfByteRows(ColumnView lists) {
    this.lists = lists;
  }

  @Override
  public boolean beginOnAWord() {
    try (ColumnView bytes = lists.getChildColumnView(0)) {
      BaseDeviceMemoryBuffer buffer = bytes.getData();
      return buffer == null || buffer.getAddress() % Integer.BYTES == 0;
    }
  }

  @Override
  public CudfColumn words(int firstByte, int wordCount) {
    try (ColumnView bytes = lists.getChildColumnView(0)) {
      return new CudfColumn(words(bytes, firstByte, wordCount), null);
    }
  }

  /** Joins each row with a list of as many zeros as it needs: cuDF copies both, and closes gaps. */
  @Override
  public CudfColumn paddedWords(int beginRow, int endRow, int[] padding) {
    ColumnView[] parts = lists.splitAsViews(beginRow, endRow);
    try (ColumnVector zeros = zeros(padding)) {
      return wordsOf(ColumnVector.listConcatenateByRow(parts[1], zeros));
    } finally {
      for (ColumnView part : parts) {
        part.close();
      }
    }
  }

  private static ColumnVector zeros(int[] counts) {
    try (Scalar zero = Scalar.fromUnsignedByte((byte) 0);
        ColumnVector zeros = ColumnVector.fromScalar(zero, counts.length);
        ColumnVector sizes = ColumnVector.fromInts(counts)) {
      return ColumnVector.sequence(zeros, sizes, zeros);
    }
  }

  /** The words of rows that all begin and end on a boundary of words; closes the rows with them. */
  private static CudfColumn wordsOf(ColumnVector wholeWords) {
    try (ColumnView bytes = wholeWords.getChildColumnView(0)) {
      int wordCount = Math.toIntExact(bytes.getRowCount() / Integer.BYTES);
      return new CudfColumn(words(bytes, 0, wordCount), wholeWords);
    } catch (RuntimeException e) {
      wholeWords.close();
      throw e;
    }
  }

  /** GPUs are little-endian. */
  private static ColumnView words(ColumnView bytes, int firstByte, int wordCount) {
    BaseDeviceMemoryBuffer buffer = bytes.getData();
    return new ColumnView(
        DType.UINT32,
        wordCount,
        Optional.of(0L),
        new DeviceMemoryBufferView(
            buffer.getAddress() + firstByte, (long) wordCount * Integer.BYTES),
        null);
  }
}
