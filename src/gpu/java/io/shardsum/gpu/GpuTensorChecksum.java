package io.shardsum.gpu;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.HostColumnVector;
import com.nvidia.spark.RapidsUDF;
import io.shardsum.source.TensorChecksum;

/**
 * {@code sglang_checksum} within a plan on a GPU: a batch of tensors at once, null where the sum
 * is. There are few, eight bytes each; their digits are made on the host.
 */
public final class GpuTensorChecksum extends TensorChecksum implements RapidsUDF {

  private static final long serialVersionUID = 1;

  /**
   * The checksums of a batch.
   *
   * @param args the sums; they stay the caller's
   * @return a column of {@code numRows} STRING, which the caller closes
   */
  @Override
  public ColumnVector evaluateColumnar(int numRows, ColumnVector... args) {
    String[] checksums = new String[numRows];
    try (HostColumnVector sums = args[0].copyToHost()) {
      for (int row = 0; row < numRows; row++) {
        checksums[row] = sums.isNull(row) ? null : call(sums.getLong(row));
      }
    }
    return ColumnVector.fromStrings(checksums);
  }
}
