package io.shardsum.gpu;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.ColumnView;
import ai.rapids.cudf.DeviceMemoryBuffer;
import ai.rapids.cudf.HostColumnVector;
import ai.rapids.cudf.HostMemoryBuffer;
import com.nvidia.spark.RapidsUDF;
import io.shardsum.checksum.SglangChecksum;
import io.shardsum.source.ChunkSum;
import io.shardsum.source.sums.TileTable;
import java.nio.ByteOrder;

/**
 * {@code chunk_sum} on a GPU, for queries of one's own: a whole batch of chunks at once, by the
 * kernel that a scan's reader uses. Where the plan falls back to the CPU, it is the CPU function
 * that it extends.
 *
 * <p>A row is null where an argument is, as on the CPU; rows that the CPU refuses stop the query
 * here, too. Beside the batch it takes memory of the GPU for a table of tiles: a few hundredths of
 * the batch, at most {@value #MOST_TILES} tiles at a time.
 */
public final class GpuChunkSum extends ChunkSum implements RapidsUDF {

  private static final long serialVersionUID = 1;

  private static final int MOST_TILES = 1 << 18;

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
    try (ColumnView offsets = args[0].getListOffsetsView();
        ColumnView bytes = args[0].getChildColumnView(0);
        HostColumnVector bounds = offsets.copyToHost();
        ColumnVector isNull = args[0].isNull();
        HostColumnVector nulls = isNull.copyToHost();
        HostColumnVector firstWords = args[1].copyToHost();
        HostColumnVector tensorBytes = args[2].copyToHost()) {
      long address = bytes.getData() == null ? 0 : bytes.getData().getAddress();
      Long[] sums = new Long[numRows];
      try (Batch batch = new Batch(sums)) {
        for (int row = 0; row < numRows; row++) {
          if (!nulls.getBoolean(row) && !firstWords.isNull(row) && !tensorBytes.isNull(row)) {
            int begin = bounds.getInt(row);
            batch.add(
                row,
                address + begin,
                bounds.getInt(row + 1) - begin,
                firstWords.getLong(row),
                tensorBytes.getLong(row));
          }
        }
        batch.finish();
      }
      return ColumnVector.fromBoxedLongs(sums);
    }
  }

  /** Some rows' tiles, in a table that is summed whenever it is full. */
  private static final class Batch implements AutoCloseable {
    private final Long[] sums;
    private final int[] rowOfTile = new int[MOST_TILES];
    private final long[] bytesOfTensor = new long[MOST_TILES];
    private final HostMemoryBuffer onHost =
        HostMemoryBuffer.allocate((long) MOST_TILES * TileTable.TILE_BYTES);
    private TileTable table = table();

    Batch(Long[] sums) {
      this.sums = sums;
    }

    private TileTable table() {
      return new TileTable(onHost.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }

    void add(int row, long address, int lengthBytes, long firstWord, long tensorBytes) {
      SglangChecksum.checkPiece(lengthBytes, firstWord, tensorBytes);
      sums[row] = 0L;
      for (int at = 0; at < lengthBytes; at += SglangChecksum.TILE_BYTES) {
        if (table.tiles() == MOST_TILES) {
          finish();
        }
        rowOfTile[table.tiles()] = row;
        bytesOfTensor[table.tiles()] = tensorBytes;
        table.add(
            address + at,
            Math.min(SglangChecksum.TILE_BYTES, lengthBytes - at),
            (int) (firstWord + at / Integer.BYTES));
      }
    }

    void finish() {
      if (table.tiles() == 0) {
        return;
      }
      long bytes = (long) table.tiles() * TileTable.TILE_BYTES;
      try (DeviceMemoryBuffer onDevice = DeviceMemoryBuffer.allocate(bytes);
          HostMemoryBuffer used = onHost.slice(0, bytes)) {
        onDevice.copyFromHostBuffer(used);
        try (ColumnVector lanes = CudfTiles.lanes(onDevice.getAddress(), table.tiles())) {
          CudfTiles.sum(lanes, table.tiles());
        }
        used.copyFromDeviceBuffer(onDevice);
      }
      for (int tile = 0; tile < table.tiles(); tile++) {
        sums[rowOfTile[tile]] +=
            SglangChecksum.ofTile(table.first(tile), table.second(tile), bytesOfTensor[tile]);
      }
      table = table();
    }

    @Override
    public void close() {
      onHost.close();
    }
  }
}
