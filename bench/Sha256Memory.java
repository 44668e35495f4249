import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast the JDK's SHA-256 is on bytes in memory: one thread for each core, each on a buffer of
 * its own. Prints one JSON object.
 *
 * <p>{@code java bench/Sha256Memory.java}
 */
final class Sha256Memory {

  private static final int BUFFER_BYTES = 1 << 20;
  private static final double WARM_UP_SECONDS = 2;
  private static final double MEASURED_SECONDS = 5;

  private Sha256Memory() {}

  public static void main(String[] arguments) throws Exception {
    int threads = Runtime.getRuntime().availableProcessors();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      bytesPerSecond(pool, threads, WARM_UP_SECONDS);
      double rate = bytesPerSecond(pool, threads, MEASURED_SECONDS);
      System.out.printf(
          Locale.ROOT, "{\"threads\": %d, \"gb_per_second\": %.4f}%n", threads, rate / 1e9);
    } finally {
      pool.shutdown();
    }
  }

  /** All threads together. */
  private static double bytesPerSecond(ExecutorService pool, int threads, double seconds)
      throws InterruptedException, ExecutionException {
    List<Future<Double>> rates = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      rates.add(pool.submit(() -> hash(seconds)));
    }
    double sum = 0;
    for (Future<Double> rate : rates) {
      sum += rate.get();
    }
    return sum;
  }

  private static double hash(double seconds) throws Exception {
    byte[] buffer = new byte[BUFFER_BYTES];
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    long began = System.nanoTime();
    long bytes = 0;
    double elapsed = 0;
    while (elapsed < seconds) {
      digest.update(buffer);
      bytes += buffer.length;
      elapsed = (System.nanoTime() - began) / 1e9;
    }
    digest.digest();
    return bytes / elapsed;
  }
}
