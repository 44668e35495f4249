package io.shardsum.gpu;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.DType;
import ai.rapids.cudf.HostColumnVector;
import ai.rapids.cudf.HostColumnVector.BasicType;
import ai.rapids.cudf.HostColumnVector.ColumnBuilder;
import ai.rapids.cudf.HostColumnVector.ListType;
import java.util.ArrayList;
import java.util.List;

/** The arguments of {@code chunk_sum} as columns on a device. */
final class DeviceBatch implements AutoCloseable {

  /** Arguments of the function; each may be null. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  record Arguments(byte[] data, Long firstWord, Long tensorBytes) {
    /** A whole tensor. */
    static Arguments tensor(byte[] data) {
      return new Arguments(data, 0L, (long) data.length);
    }
  }

  private static final ListType BINARY = new ListType(true, new BasicType(false, DType.UINT8));

  private final ColumnVector data;
  private final ColumnVector firstWords;
  private final ColumnVector tensorBytes;

  private DeviceBatch(ColumnVector data, ColumnVector firstWords, ColumnVector tensorBytes) {
    this.data = data;
    this.firstWords = firstWords;
    this.tensorBytes = tensorBytes;
  }

  static DeviceBatch of(List<Arguments> rows) {
    try (HostColumnVector bytes = bytes(rows)) {
      return new DeviceBatch(
          bytes.copyToDevice(),
          ColumnVector.fromBoxedLongs(rows.stream().map(Arguments::firstWord).toArray(Long[]::new)),
          ColumnVector.fromBoxedLongs(
              rows.stream().map(Arguments::tensorBytes).toArray(Long[]::new)));
    }
  }

  private static HostColumnVector bytes(List<Arguments> rows) {
    try (ColumnBuilder builder = new ColumnBuilder(BINARY, rows.size())) {
      for (Arguments row : rows) {
        if (row.data() == null) {
          builder.appendNull();
        } else {
          builder.appendByteList(row.data());
        }
      }
      return builder.build();
    }
  }

  /** The sums by the GPU; null where an argument is null. */
  List<Long> sums() {
    try (ColumnVector sums = sumsOnDevice();
        HostColumnVector onHost = sums.copyToHost()) {
      List<Long> rows = new ArrayList<>();
      for (int row = 0; row < onHost.getRowCount(); row++) {
        rows.add(onHost.isNull(row) ? null : onHost.getLong(row));
      }
      return rows;
    }
  }

  ColumnVector sumsOnDevice() {
    return new GpuChunkSum()
        .evaluateColumnar((int) data.getRowCount(), data, firstWords, tensorBytes);
  }

  @Override
  public void close() {
    data.close();
    firstWords.close();
    tensorBytes.close();
  }
}
