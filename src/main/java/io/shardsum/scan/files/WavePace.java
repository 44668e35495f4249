package io.shardsum.scan.files;

import io.shardsum.io.ReadSettings;
import io.shardsum.scan.plan.ScanSettings;
import java.time.Duration;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/**
 * How many bytes a wave has at least. It costs about a second to plan and to land a wave, so one is
 * read in some seconds, as far as the rate is known: slow storage has more waves than fast storage.
 */
final class WavePace {

  private static final int SECONDS = 10;

  /** Before the rate is known: a core hashes this in a second from a fast local disk. */
  private static final long FIRST_BYTES_OF_A_CORE = 2L << 30;

  /** A scan of less, in first waves, is one wave: to plan and to land a second one costs more. */
  private static final double ONE_WAVE = 2.5;

  private final long firstBytes;
  private final boolean byRate;

  private WavePace(long firstBytes, boolean byRate) {
    this.firstBytes = firstBytes;
    this.byRate = byRate;
  }

  /** As a session's settings say, else by the rate. */
  static WavePace of(ReadSettings reading, SparkSession session) {
    Optional<String> set = Optional.ofNullable(session.conf().get(ScanSettings.WAVE_BYTES, null));
    if (set.isPresent()) {
      return fixed(ScanSettings.bytes(ScanSettings.WAVE_BYTES, set.get()));
    }
    long ofCores = FIRST_BYTES_OF_A_CORE * session.sparkContext().defaultParallelism();
    long ofRate =
        reading.maxRate().isUnlimited()
            ? Long.MAX_VALUE
            : SECONDS * reading.maxRate().bytesPerSecond();
    return byRate(Math.min(ofCores, ofRate));
  }

  /** As many bytes at any rate. */
  static WavePace fixed(long bytes) {
    return new WavePace(bytes, false);
  }

  /**
   * What is read in some seconds.
   *
   * @param firstBytes before the rate is known
   */
  static WavePace byRate(long firstBytes) {
    return new WavePace(firstBytes, true);
  }

  /** The least bytes of the first wave of a scan of so many. */
  long firstBytes(long ofScan) {
    return byRate && ofScan < ONE_WAVE * firstBytes ? ofScan : firstBytes;
  }

  /** The least bytes of the next wave, after so many bytes have landed in so much time. */
  long leastBytes(long landed, Duration elapsed) {
    return byRate && landed > 0
        ? (long) (landed / Math.max(1e-3, elapsed.toNanos() / 1e9) * SECONDS)
        : firstBytes;
  }
}
