package io.shardsum.gpu;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.HostColumnVector;
import com.nvidia.spark.RapidsUDF;
import io.shardsum.source.RowsAside;
import org.apache.spark.util.CollectionAccumulator;

/** {@link RowsAside} within a plan on a GPU: the few rows that are taken out go to the host. */
public final class GpuRowsAside extends RowsAside implements RapidsUDF {

  private static final long serialVersionUID = 1;

  /** As its parent. */
  public GpuRowsAside(CollectionAccumulator<String[]> aside) {
    super(aside);
  }

  /**
   * Takes rows out of a batch.
   *
   * @param args as those of the CPU function; they stay the caller's
   * @return a column of {@code numRows} BOOLEAN, which the caller closes
   */
  @Override
  public ColumnVector evaluateColumnar(int numRows, ColumnVector... args) {
    if (args[0].getNullCount() > 0) {
      takeOut(numRows, args);
    }
    return args[0].isNotNull();
  }

  private void takeOut(int numRows, ColumnVector... args) {
    HostColumnVector[] columns = new HostColumnVector[args.length];
    try {
      for (int column = 0; column < args.length; column++) {
        columns[column] = args[column].copyToHost();
      }
      for (int row = 0; row < numRows; row++) {
        if (columns[0].isNull(row)) {
          add(row(columns, row));
        }
      }
    } finally {
      for (HostColumnVector column : columns) {
        if (column != null) {
          column.close();
        }
      }
    }
  }

  private static String[] row(HostColumnVector[] columns, int row) {
    String[] texts = new String[columns.length - 1];
    texts[0] = Integer.toString(columns[1].getInt(row));
    for (int column = 2; column < columns.length; column++) {
      texts[column - 1] = columns[column].isNull(row) ? null : columns[column].getJavaString(row);
    }
    return texts;
  }
}
