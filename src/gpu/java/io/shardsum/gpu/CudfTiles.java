package io.shardsum.gpu;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.ColumnView;
import ai.rapids.cudf.DType;
import ai.rapids.cudf.DeviceMemoryBufferView;
import ai.rapids.cudf.Scalar;
import io.shardsum.source.sums.TileTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Runs {@code gpu/tile_sums.cu} over a {@link TileTable} on the GPU: once for each lane of a tile,
 * as cuDF's {@code transform} runs any function over the rows of a column. cuDF compiles it when it
 * first meets it, and keeps what it made under {@code LIBCUDF_KERNEL_CACHE_PATH}.
 */
final class CudfTiles {

  private static final String KERNEL = resource("/gpu/tile_sums.cu");

  private CudfTiles() {}

  /** The addresses of all lanes of a table of so many tiles. */
  static ColumnVector lanes(long tableAddress, int tiles) {
    try (Scalar first = Scalar.fromLong(tableAddress);
        Scalar step = Scalar.fromLong(1)) {
      return ColumnVector.sequence(first, step, tiles * TileTable.TILE_BYTES);
    }
  }

  /**
   * Begins to sum the first tiles of a table, on the stream of this thread.
   *
   * @param lanes of the table
   */
  static void sum(ColumnVector lanes, int tiles) {
    long rows = (long) tiles * TileTable.TILE_BYTES;
    try (ColumnView first =
            new ColumnView(
                DType.INT64,
                rows,
                Optional.of(0L),
                new DeviceMemoryBufferView(lanes.getData().getAddress(), rows * Long.BYTES),
                null);
        ColumnVector unused = first.transform(KERNEL, false)) {
      assert unused.getRowCount() == rows;
    }
  }

  private static String resource(String name) {
    try (InputStream in = CudfTiles.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
