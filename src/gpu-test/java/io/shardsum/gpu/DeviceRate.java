package io.shardsum.gpu;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.Cuda;
import ai.rapids.cudf.Rmm;
import ai.rapids.cudf.RmmAllocationMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Times {@code chunk_sum} on data that is on the device already: {@code DeviceRate MIB RUNS} prints
 * the best and the median of the runs in GB/s, for a batch of so many chunks of 1 MiB.
 */
final class DeviceRate {

  private static final int WARM_UPS = 5;
  private static final long POOL_BYTES = 8L << 30;

  private DeviceRate() {}

  public static void main(String[] arguments) {
    int mib = Integer.parseInt(arguments[0]);
    double[] rates = new double[Integer.parseInt(arguments[1])];
    Rmm.initialize(RmmAllocationMode.POOL, null, POOL_BYTES);
    try (DeviceBatch batch = DeviceBatch.of(chunks(mib))) {
      for (int run = -WARM_UPS; run < rates.length; run++) {
        long began = System.nanoTime();
        ColumnVector sums = batch.sumsOnDevice();
        Cuda.deviceSynchronize();
        sums.close();
        if (run >= 0) {
          rates[run] = ((long) mib << 20) / (double) (System.nanoTime() - began);
        }
      }
    }
    Arrays.sort(rates);
    System.out.printf(
        Locale.ROOT,
        "{\"chunks\": %d, \"best_gb_per_second\": %.2f, \"median_gb_per_second\": %.2f}%n",
        mib,
        rates[rates.length - 1],
        rates[rates.length / 2]);
  }

  private static List<PlainBatch.Arguments> chunks(int mib) {
    byte[] chunk = new byte[1 << 20];
    new Random(0).nextBytes(chunk);
    List<PlainBatch.Arguments> rows = new ArrayList<>();
    for (int row = 0; row < mib; row++) {
      rows.add(new PlainBatch.Arguments(chunk, row * (1L << 18), (long) mib << 20));
    }
    return rows;
  }
}
