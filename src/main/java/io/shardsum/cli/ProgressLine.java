package io.shardsum.cli;

import io.shardsum.scan.plan.ScanProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a scan is, on the standard error: one line that is written over on a terminal, else a
 * line every few seconds.
 */
final class ProgressLine implements ScanProgress, AutoCloseable {

  /** Set by the launcher where the standard error is a terminal. */
  private static final String TERMINAL = "SHARDSUM_TERMINAL";

  private static final String CLEAR = "\r\u001B[K";
  private static final long TERMINAL_MILLIS = 200;
  private static final long LOG_MILLIS = 5_000;

  private final PrintWriter err;
  private final boolean terminal = System.getenv(TERMINAL) != null;
  private final AtomicLong readBytes = new AtomicLong();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
          });
  private ScheduledFuture<?> ticks;
  private long totalBytes;
  private long beganNanos;

  ProgressLine(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void readingBegins(long bytes) {
    totalBytes = bytes;
    beganNanos = System.nanoTime();
    long period = terminal ? TERMINAL_MILLIS : LOG_MILLIS;
    ticks = clock.scheduleAtFixedRate(this::print, period, period, TimeUnit.MILLISECONDS);
  }

  @Override
  public void read(long bytes) {
    readBytes.addAndGet(bytes);
  }

  @Override
  public void readingEnds() {
    close();
  }

  private void print() {
    double seconds = (System.nanoTime() - beganNanos) / 1e9;
    String line = line(Math.min(readBytes.get(), totalBytes), totalBytes, seconds);
    if (terminal) {
      err.print(CLEAR + line);
      err.flush();
    } else {
      err.println(line);
    }
  }

  static String line(long readBytes, long totalBytes, double seconds) {
    if (readBytes == totalBytes) {
      return "read %s, writing tables".formatted(TerminalText.bytes(totalBytes));
    }
    double rate = readBytes / seconds;
    return String.format(
        Locale.ROOT,
        "read %s of %s, %.2f GB/s, %s",
        TerminalText.bytes(readBytes),
        TerminalText.bytes(totalBytes),
        rate / 1e9,
        readBytes == 0 ? "time left unknown" : left((totalBytes - readBytes) / rate));
  }

  /** What cannot be read leaves a rest, while the tables are being written. */
  private static String left(double seconds) {
    long rounded = Math.round(seconds);
    return rounded == 0 ? "finishing" : rounded + " s left";
  }

  @Override
  public void close() {
    if (ticks != null && !ticks.isCancelled()) {
      ticks.cancel(false);
      clock.shutdown();
      if (terminal) {
        err.print(CLEAR);
        err.flush();
      }
    }
  }
}
