package io.shardsum.checksum;

import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.commons.codec.digest.DigestUtils;
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

/** One 1 MiB chunk in memory, one thread: chunks a millisecond, which is about GB/s. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"@conf/jvm.options", "@conf/jvm-vector.options"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChecksumBenchmark {

  private static final int CHUNK_BYTES = 1024 * 1024;

  private final ByteBuffer direct = ByteBuffer.allocateDirect(CHUNK_BYTES);
  private final byte[] heap = new byte[CHUNK_BYTES];
  private SglangChecksum checksum;
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();

  private Fp8Dequantizer dequantizer;

  /** By which loops the checksum is computed. */
  @Param({"PlainLoops", "VectorLoops"})
  public String loops;

  /** Fills the buffers; no byte is an FP8 NaN. */
  @Setup
  public void fill() throws Fp8PairException, ReflectiveOperationException {
    WordLoops chosen =
        loops.equals("PlainLoops")
            ? PlainLoops.INSTANCE
            : Class.forName("io.shardsum.checksum." + loops)
                .asSubclass(WordLoops.class)
                .getDeclaredConstructor()
                .newInstance();
    checksum = new SglangChecksum(chosen);
    Random random = new Random(1);
    for (int index = 0; index < CHUNK_BYTES; index++) {
      heap[index] = (byte) (random.nextInt(0x7F) | random.nextInt(2) << 7);
    }
    BlockFp8 pair = BlockFp8.of(List.of(128L, 8192L), DType.F32, List.of(1L, 64L));
    ByteBuffer scales = ByteBuffer.allocate(64 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (scales.hasRemaining()) {
      scales.putFloat(random.nextFloat());
    }
    dequantizer =
        new Fp8Dequantizer(
            pair, (at, target) -> target.put(scales.slice((int) at, target.remaining())), chosen);
    direct.put(heap).flip();
  }

  /** The reader's way: the bytes lie outside of the heap. */
  @Benchmark
  public long tileSumOfDirectBuffer() {
    return checksum.sum(direct, 0, CHUNK_BYTES);
  }

  /** The way of the SQL function: the bytes are an array. */
  @Benchmark
  public long tileSumOfArray() {
    return checksum.sum(ByteBuffer.wrap(heap), 0, CHUNK_BYTES);
  }

  /** The reader's way to SHA-256. */
  @Benchmark
  public byte[] sha256OfDirectBuffer() {
    sha256.update(direct.duplicate());
    return sha256.digest();
  }

  /** What the reader does of a chunk of a block-quantized weight, besides summing it. */
  @Benchmark
  public long dequantizedChunk() throws IOException, Fp8PairException {
    long sum = 0;
    for (int at = 0; at < CHUNK_BYTES; at += Fp8Dequantizer.TILE_ELEMENTS) {
      ByteBuffer tile = direct.slice(at, Fp8Dequantizer.TILE_ELEMENTS);
      sum += dequantizer.sumOfTile(tile, at, CHUNK_BYTES, checksum).orElseThrow();
    }
    return sum;
  }

  /** What the JDK does with an array. */
  @Benchmark
  public byte[] sha256OfArray() {
    return sha256.digest(heap);
  }
}
