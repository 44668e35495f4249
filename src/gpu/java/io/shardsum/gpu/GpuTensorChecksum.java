package io.shardsum.gpu;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.ColumnView;
import ai.rapids.cudf.DType;
import ai.rapids.cudf.PadSide;
import com.nvidia.spark.RapidsUDF;
import io.shardsum.source.TensorChecksum;

/** {@code sglang_checksum} on a GPU: a whole batch of tensors at once, null where the sum is. */
public final class GpuTensorChecksum extends TensorChecksum implements RapidsUDF {

  private static final long serialVersionUID = 1;

  private static final int HEX_DIGITS = 2 * Long.BYTES;

  /**
   * The checksums of a batch.
   *
   * @param args the sums; they stay the caller's
   * @return a column of {@code numRows} STRING, which the caller closes
   */
  @Override
  public ColumnVector evaluateColumnar(int numRows, ColumnVector... args) {
    CudfOperations operations = new CudfOperations();
    try (ColumnView sums = args[0].bitCastTo(DType.UINT64);
        Register<CudfColumn> checksums =
            new Register<>(operations, CudfColumn.owning(sums.copyToColumnVector()))) {
      checksums.splitmix();
      return hex(checksums.column().view());
    }
  }

  /** cuDF writes upper-case digits, without leading zeros. */
  private static ColumnVector hex(ColumnView numbers) {
    try (ColumnVector digits = numbers.toHex();
        ColumnVector lowerCase = digits.lower()) {
      return lowerCase.pad(HEX_DIGITS, PadSide.LEFT, "0");
    }
  }
}
