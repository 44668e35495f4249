package io.shardsum.checksum;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One read of 256 KiB in memory after so many tiny tensors, under the job's own options of the
 * virtual machine: reads a millisecond. What ran before must make no difference.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 5, jvmArgsAppend = "@conf/jvm.options")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PoisonedChecksumBenchmark {

  private static final int READ_BYTES = 256 * 1024;
  private static final int TINY_BYTES = 666;

  /** How many tiny tensors are hashed first. */
  @Param({"0", "50", "1000", "20000"})
  public int tinyTensors;

  private final ByteBuffer data = ByteBuffer.allocateDirect(READ_BYTES);
  private final SglangChecksum checksum = new SglangChecksum();

  /** What the tiny tensors add up to: it is kept so that they are hashed. */
  private long sumOfTiny;

  /** Fills the buffer, and lets the compilers see short runs alone. */
  @Setup
  public void poison() {
    byte[] bytes = new byte[READ_BYTES];
    new Random(1).nextBytes(bytes);
    data.put(bytes).flip();
    for (int tensor = 0; tensor < tinyTensors; tensor++) {
      sumOfTiny += checksum.sum(data.slice(0, TINY_BYTES), 0, TINY_BYTES);
    }
  }

  /** What a scan does with each read. */
  @Benchmark
  public long tileSumOfRead() {
    return sumOfTiny + checksum.sum(data, 0, READ_BYTES);
  }
}
