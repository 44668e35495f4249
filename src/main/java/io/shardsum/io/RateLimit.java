package io.shardsum.io;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Holds a process to a rate: a token bucket that all of its threads take from, in the order in
 * which they ask. What is to be read is paid for, in time, before it is read.
 *
 * <p>There is one for the process, whatever is read at once: each read takes {@code bytes / rate}
 * of the same time, at the rate of its own query. So two queries of different rates get no more
 * bytes together than the faster of them would alone. What has no limit pays nothing.
 */
final class RateLimit {

  static final RateLimit OF_THIS_PROCESS =
      new RateLimit(System::nanoTime, TimeUnit.NANOSECONDS::sleep);

  /** Time in which nothing was read, and which may be made up for: the bucket's depth. */
  static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** A sleep is no shorter; what is due earlier is read at once, and the next read waits longer. */
  private static final long LEAST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long NANOS_OF_A_SECOND = TimeUnit.SECONDS.toNanos(1);

  /** What passes the time. */
  interface Sleep {
    void nanos(long nanos) throws InterruptedException;
  }

  private final LongSupplier clock;
  private final Sleep sleep;
  private long paidUntilNanos;

  RateLimit(LongSupplier clock, Sleep sleep) {
    this.clock = clock;
    this.sleep = sleep;
    this.paidUntilNanos = clock.getAsLong() - BURST_NANOS;
  }

  /**
   * Waits until so much may be read.
   *
   * @throws InterruptedIOException if the thread is interrupted meanwhile
   */
  void await(int bytes, ByteRate rate) throws InterruptedIOException {
    if (rate.isUnlimited()) {
      return;
    }
    long waitNanos = pay(bytes, rate);
    if (waitNanos < LEAST_SLEEP_NANOS) {
      return;
    }
    try {
      sleep.nanos(waitNanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted before a read");
    }
  }

  /** When that is paid for, from now on. */
  private synchronized long pay(long bytes, ByteRate rate) {
    long now = clock.getAsLong();
    long costNanos = Math.multiplyExact(bytes, NANOS_OF_A_SECOND) / rate.bytesPerSecond();
    long beginNanos = Math.max(paidUntilNanos - now, -BURST_NANOS);
    paidUntilNanos = now + beginNanos + costNanos;
    return beginNanos + costNanos;
  }
}
