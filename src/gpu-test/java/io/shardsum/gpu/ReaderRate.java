package io.shardsum.gpu;

import ai.rapids.cudf.PinnedMemoryPool;
import ai.rapids.cudf.Rmm;
import ai.rapids.cudf.RmmAllocationMode;
import io.shardsum.io.Shard;
import io.shardsum.source.sums.CpuSums;
import io.shardsum.source.sums.DeviceSums;
import io.shardsum.source.sums.PieceSums;
import io.shardsum.source.sums.WeightParts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * The rate of the reader without Spark around it: {@code ReaderRate THREADS ROUNDS FILE...} reads
 * and sums the files over and over, a file at a time by each thread, on the GPU and on the CPU by
 * turns. Prints GB/s, CPU seconds a GB, and what opening and closing the device takes.
 */
final class ReaderRate {

  private static final long POOL_BYTES = 8L << 30;
  private static final long PINNED_BYTES = 1L << 30;

  private ReaderRate() {}

  public static void main(String[] arguments) throws Exception {
    int threads = Integer.parseInt(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    List<Path> files = Stream.of(arguments).skip(2).map(Path::of).toList();
    Rmm.initialize(RmmAllocationMode.CUDA_ASYNC, null, POOL_BYTES);
    PinnedMemoryPool.initialize(PINNED_BYTES);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    for (int turn = 0; turn < 2; turn++) {
      open(pool, threads);
      read(pool, "gpu", () -> new DeviceSums(new CudfDevice()), rounds, files);
      read(pool, "cpu", CpuSums::new, rounds, files);
    }
    pool.shutdown();
  }

  private static void open(ExecutorService pool, int threads) throws Exception {
    int times = 20;
    long began = System.nanoTime();
    List<Callable<Long>> tasks = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      tasks.add(
          () -> {
            for (int time = 0; time < times; time++) {
              new DeviceSums(new CudfDevice()).close();
            }
            return 0L;
          });
    }
    total(pool, tasks);
    System.out.printf(
        Locale.ROOT,
        "{\"what\": \"open and close\", \"milliseconds\": %.2f}%n",
        (System.nanoTime() - began) / 1e6 / times);
  }

  private static void read(
      ExecutorService pool, String what, Callable<PieceSums> sums, int rounds, List<Path> files)
      throws Exception {
    List<Callable<Long>> tasks = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      files.forEach(file -> tasks.add(() -> read(sums, file)));
    }
    long cpuBegan = cpuNanos();
    long began = System.nanoTime();
    long bytes = total(pool, tasks);
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "{\"what\": \"%s\", \"gb_per_second\": %.2f, \"cpu_seconds_per_gb\": %.3f}%n",
        what,
        bytes / 1e9 / seconds,
        (cpuNanos() - cpuBegan) / (double) bytes);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long total(ExecutorService pool, List<Callable<Long>> tasks) throws Exception {
    long total = 0;
    for (Future<Long> done : pool.invokeAll(tasks)) {
      total += done.get();
    }
    return total;
  }

  private static long read(Callable<PieceSums> maker, Path file) throws Exception {
    try (PieceSums sums = maker.call();
        Shard shard = WeightParts.shard(file)) {
      long length = shard.lengthBytes() / 4 * 4;
      for (long at = 0; at < length; at += sums.mostBytes()) {
        int piece = (int) Math.min(sums.mostBytes(), length - at);
        sums.read(shard, at, piece, length);
        sums.sum(at / Integer.BYTES, length);
      }
      sums.finish();
      return length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
