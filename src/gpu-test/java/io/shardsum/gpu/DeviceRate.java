package io.shardsum.gpu;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.Cuda;
import ai.rapids.cudf.DeviceMemoryBuffer;
import ai.rapids.cudf.HostMemoryBuffer;
import ai.rapids.cudf.Rmm;
import ai.rapids.cudf.RmmAllocationMode;
import io.shardsum.checksum.BlockFp8;
import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.SglangChecksum;
import io.shardsum.safetensors.DType;
import io.shardsum.source.sums.ScaleArea;
import io.shardsum.source.sums.TileTable;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The rate of the kernel on data that is on the device already: {@code DeviceRate MIB RUNS} prints
 * the median of the runs in GB/s of stored bytes, of plain tiles and of tiles of a weight in block
 * FP8 of 8,192 columns.
 */
final class DeviceRate {

  private static final int WARM_UPS = 5;
  private static final long POOL_BYTES = 8L << 30;
  private static final int CHUNK_BYTES = 1 << 20;

  private DeviceRate() {}

  public static void main(String[] arguments) throws Exception {
    int mib = Integer.parseInt(arguments[0]);
    int runs = Integer.parseInt(arguments[1]);
    Rmm.initialize(RmmAllocationMode.POOL, null, POOL_BYTES);
    System.out.printf(
        Locale.ROOT,
        "{\"mib\": %d, \"plain_gb_per_second\": %.1f, \"fp8_gb_per_second\": %.1f}%n",
        mib,
        rate(mib, runs, false),
        rate(mib, runs, true));
  }

  private static double rate(int mib, int runs, boolean fp8) throws Exception {
    int tileBytes = fp8 ? SglangChecksum.TILE_BYTES / 2 : SglangChecksum.TILE_BYTES;
    int tiles = (int) (((long) mib << 20) / tileBytes);
    long tableBytes = (long) tiles * TileTable.TILE_BYTES;
    int scaleBytes = mib * 4096;
    try (DeviceMemoryBuffer data = DeviceMemoryBuffer.allocate((long) mib << 20);
        DeviceMemoryBuffer onDevice = DeviceMemoryBuffer.allocate(tableBytes);
        DeviceMemoryBuffer scales = DeviceMemoryBuffer.allocate(scaleBytes);
        HostMemoryBuffer table = HostMemoryBuffer.allocate(tableBytes);
        HostMemoryBuffer area = HostMemoryBuffer.allocate(scaleBytes)) {
      Cuda.asyncMemset(data.getAddress(), (byte) 0x35, data.getLength());
      TileTable descriptors = new TileTable(table.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
      ScaleArea said = new ScaleArea(area.asByteBuffer());
      long scalesOfChunk = 0;
      for (int tile = 0; tile < tiles; tile++) {
        int at = (int) ((long) tile * tileBytes % CHUNK_BYTES);
        if (fp8 && at == 0) {
          scalesOfChunk = scales.getAddress() + add(said, (long) tile * tileBytes, mib);
        }
        descriptors.add(
            data.getAddress() + (long) tile * tileBytes, tileBytes, 8192 * tile, at, scalesOfChunk);
      }
      onDevice.copyFromHostBuffer(table);
      scales.copyFromHostBuffer(area);
      return rate(onDevice, tiles, (long) mib << 20, runs);
    }
  }

  private static int add(ScaleArea area, long firstElement, int mib) throws Exception {
    BlockFp8 pair = BlockFp8.of(List.of(128L * mib, 8192L), DType.F32, List.of((long) mib, 64L));
    Fp8Dequantizer weight =
        new Fp8Dequantizer(
            pair,
            (position, target) -> {
              while (target.hasRemaining()) {
                target.order(ByteOrder.LITTLE_ENDIAN).putFloat(0.25f);
              }
            });
    return area.add(weight, ScaleArea.Extent.of(pair, firstElement, CHUNK_BYTES));
  }

  private static double rate(DeviceMemoryBuffer table, int tiles, long bytes, int runs) {
    double[] rates = new double[runs];
    try (ColumnVector lanes = CudfTiles.lanes(table.getAddress(), tiles)) {
      for (int run = -WARM_UPS; run < runs; run++) {
        Cuda.DEFAULT_STREAM.sync();
        long began = System.nanoTime();
        CudfTiles.sum(lanes, tiles);
        Cuda.DEFAULT_STREAM.sync();
        if (run >= 0) {
          rates[run] = bytes / (double) (System.nanoTime() - began);
        }
      }
    }
    Arrays.sort(rates);
    return rates[runs / 2];
  }
}
