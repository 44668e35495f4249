package io.shardsum.gpu;

import ai.rapids.cudf.BinaryOp;
import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.ColumnView;
import ai.rapids.cudf.DType;
import ai.rapids.cudf.HostColumnVector;
import com.nvidia.spark.RapidsUDF;
import io.shardsum.source.ChunkSum;

/**
 * {@code chunk_sum} on a GPU: a whole batch of chunks at once, by {@link ChunkSums}. Where the plan
 * falls back to the CPU, it is the CPU function that it extends.
 *
 * <p><b>Words.</b> A BINARY column is a list of bytes a row, one row behind the other in one
 * buffer, so a row begins on a boundary of 32-bit words only if all rows before it have whole
 * words. All chunks have, but the last one of a tensor of odd length. Rows are hashed in pieces; a
 * piece whose rows all begin and end on boundaries is seen as words where it lies, any other is
 * copied with up to three zero bytes behind each row, which is also how the rule pads a tensor.
 *
 * <p><b>Memory.</b> Beside the batch, three times the bytes of a piece; four times where it was
 * copied. A piece has 128 MiB, or one row if that is longer, which those of the source never are:
 * so at most 512 MiB, however large the batch is.
 *
 * <p><b>Nulls.</b> A row is null where an argument is, as on the CPU; rows that the CPU refuses
 * stop the query here, too.
 */
public final class GpuChunkSum extends ChunkSum implements RapidsUDF {

  private static final long serialVersionUID = 1;

  /**
   * Sums a batch.
   *
   * @param args data, first_word, tensor_bytes; they stay the caller's
   * @return a column of {@code numRows} BIGINT, which the caller closes
   * @throws IllegalArgumentException if a chunk is no piece of a tensor that the CPU would take
   */
  @Override
  public ColumnVector evaluateColumnar(int numRows, ColumnVector... args) {
    if (numRows == 0) {
      return ColumnVector.fromLongs();
    }
    ChunkRows rows = rows(numRows, args[0], args[1], args[2]);
    CudfOperations operations = new CudfOperations();
    try (Register<CudfColumn> sums =
            new Register<>(
                operations, new ChunkSums<>(operations).sums(rows, new CudfByteRows(args[0])));
        ColumnView longs = sums.column().view().bitCastTo(DType.INT64)) {
      return longs.mergeAndSetValidity(BinaryOp.BITWISE_AND, args);
    }
  }

  /** Copies what the host must know of each row, all but the bytes. */
  private static ChunkRows rows(
      int count, ColumnVector data, ColumnVector firstWords, ColumnVector tensorBytes) {
    try (ColumnView offsets = data.getListOffsetsView();
        HostColumnVector offsetsOnHost = offsets.copyToHost();
        ColumnVector nulls = data.isNull();
        HostColumnVector nullsOnHost = nulls.copyToHost();
        HostColumnVector firstWordsOnHost = firstWords.copyToHost();
        HostColumnVector tensorBytesOnHost = tensorBytes.copyToHost()) {
      int[] bounds = new int[count + 1];
      for (int row = 0; row <= count; row++) {
        bounds[row] = offsetsOnHost.getInt(row);
      }
      ChunkRows rows = new ChunkRows(bounds);
      for (int row = 0; row < count; row++) {
        if (nullsOnHost.getBoolean(row)) {
          rows.addNull();
        } else if (firstWordsOnHost.isNull(row) || tensorBytesOnHost.isNull(row)) {
          rows.addWithoutPlace();
        } else {
          rows.add(firstWordsOnHost.getLong(row), tensorBytesOnHost.getLong(row));
        }
      }
      return rows;
    }
  }
}
