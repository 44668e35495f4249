import io.shardsum.checksum.BlockFp8;
import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.SglangChecksum;
import io.shardsum.safetensors.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast files are read and hashed without Spark: one thread for each core takes whole files. Each
 * file counts as one tensor, in the second mode as a weight in block FP8 whose scales are 1. A
 * round before those that are measured warms up. Prints one JSON object.
 *
 * <p>{@code java -cp target/shardsum.jar bench/BareReader.java plain|fp8 ROUNDS FILE...}
 */
final class BareReader {

  private static final int READ_BYTES = 256 * 1024;
  private static final long COLUMNS = 8192;

  private final boolean fp8;
  private final SglangChecksum checksum = new SglangChecksum();
  private final ByteBuffer window = ByteBuffer.allocateDirect(READ_BYTES);
  private final ByteBuffer dequantized = ByteBuffer.allocateDirect(SglangChecksum.TILE_BYTES);

  private BareReader(String mode) {
    this.fp8 = mode.equals("fp8");
  }

  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[1]);
    List<Path> files = new ArrayList<>();
    for (int index = 2; index < arguments.length; index++) {
      files.add(Path.of(arguments[index]));
    }
    ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      read(pool, arguments[0], files);
      long bytes = 0;
      long began = System.nanoTime();
      for (int round = 0; round < rounds; round++) {
        bytes += read(pool, arguments[0], files);
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      System.out.printf(
          Locale.ROOT, "{\"read_bytes\": %d, \"reading\": %.3f}%n", bytes, seconds);
    } finally {
      pool.shutdown();
    }
  }

  /** Reads each file once; returns how many bytes that were. */
  private static long read(ExecutorService pool, String mode, List<Path> files) throws Exception {
    List<Future<Long>> read = new ArrayList<>();
    for (Path file : files) {
      read.add(pool.submit(() -> new BareReader(mode).read(file)));
    }
    long bytes = 0;
    for (Future<Long> each : read) {
      bytes += each.get();
    }
    return bytes;
  }

  private long read(Path file) throws Exception {
    try (FileChannel channel = FileChannel.open(file)) {
      long length = channel.size() / COLUMNS * COLUMNS;
      Fp8Dequantizer dequantizer = fp8 ? dequantizer(length / COLUMNS) : null;
      for (long at = 0; at < length; at += window.limit()) {
        window.clear().limit((int) Math.min(READ_BYTES, length - at));
        while (window.hasRemaining()) {
          channel.read(window, at + window.position());
        }
        window.flip();
        checksum.sum(window, at / Integer.BYTES, length);
        if (fp8) {
          dequantize(dequantizer, at, length);
        }
      }
      return length;
    }
  }

  private void dequantize(Fp8Dequantizer dequantizer, long at, long length) throws Exception {
    for (int from = 0; from < window.limit(); from += Fp8Dequantizer.TILE_ELEMENTS) {
      int elements = Math.min(Fp8Dequantizer.TILE_ELEMENTS, window.limit() - from);
      ByteBuffer tile = window.slice(from, elements);
      if (dequantizer.sumOfTile(tile, at + from, length, checksum).isEmpty()) {
        dequantized.clear();
        dequantizer.dequantize(tile, at + from, dequantized);
        checksum.sum(dequantized.flip(), (at + from) / 2, 2 * length);
      }
    }
  }

  private static Fp8Dequantizer dequantizer(long rows) throws Exception {
    BlockFp8 pair =
        BlockFp8.of(
            List.of(rows, COLUMNS),
            DType.F32,
            List.of((rows + 127) / 128, COLUMNS / 128));
    return new Fp8Dequantizer(
        pair,
        (position, target) -> {
          target.order(ByteOrder.LITTLE_ENDIAN);
          while (target.hasRemaining()) {
            target.putFloat(1);
          }
        });
  }
}
