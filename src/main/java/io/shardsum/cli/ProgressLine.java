package io.shardsum.cli;

import io.shardsum.scan.plan.ReadingPace;
import io.shardsum.scan.plan.Resumed;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.text.NumberWords;
import java.io.PrintWriter;
import java.util.OptionalLong;
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
  private static final int SECONDS_OF_A_MINUTE = 60;
  private static final int MINUTES_OF_AN_HOUR = 60;

  private final PrintWriter err;
  private final Runnable whenReading;
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
  private volatile String engines = "";

  /**
   * Prints nothing yet.
   *
   * @param whenReading is called when reading begins
   */
  ProgressLine(PrintWriter err, Runnable whenReading) {
    this.err = err;
    this.whenReading = whenReading;
  }

  @Override
  public void resumes(String scanId, Resumed resumed) {
    err.println(line(scanId, resumed));
    err.flush();
  }

  static String line(String scanId, Resumed resumed) {
    return "Resuming scan %s: %s of %s landed, %s of %s"
        .formatted(
            scanId,
            Integer.toString(resumed.ranks()),
            NumberWords.count(resumed.allRanks(), "rank"),
            TerminalText.bytes(resumed.bytes()),
            TerminalText.bytes(resumed.allBytes()));
  }

  @Override
  public void readingBegins(long bytes) {
    whenReading.run();
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
  public void enginesDone(int done, int all) {
    engines = engines(done, all);
  }

  static String engines(int done, int all) {
    return ", %s of %s done".formatted(Integer.toString(done), NumberWords.count(all, "engine"));
  }

  @Override
  public void readsThroughCache(String host, String directories) {
    err.println(
        "%sfleet-scan: --direct: host %s reads %s through the page cache, as the file system there has no direct I/O; a note at the end names the engines"
            .formatted(terminal ? CLEAR : "", host, directories));
  }

  @Override
  public void readingEnds() {
    close();
  }

  private void print() {
    double seconds = (System.nanoTime() - beganNanos) / 1e9;
    String line = line(new ReadingPace(readBytes.get(), totalBytes, seconds)) + engines;
    if (terminal) {
      err.print(CLEAR + line);
      err.flush();
    } else {
      err.println(line);
    }
  }

  static String line(ReadingPace pace) {
    OptionalLong secondsLeft = pace.secondsLeft();
    if (secondsLeft.isEmpty()) {
      return "read 0 B of %s".formatted(TerminalText.bytes(pace.totalBytes()));
    }
    if (pace.readBytes() == pace.totalBytes()) {
      return "read %s, writing tables".formatted(TerminalText.bytes(pace.totalBytes()));
    }
    return "read %s of %s, %s/s, %s"
        .formatted(
            TerminalText.bytes(pace.readBytes()),
            TerminalText.bytes(pace.totalBytes()),
            TerminalText.bytes(Math.round(pace.bytesPerSecond())),
            left(secondsLeft.getAsLong()));
  }

  /** What cannot be read leaves a rest, while the tables are being written. */
  private static String left(long seconds) {
    long minutes = Math.round((double) seconds / SECONDS_OF_A_MINUTE);
    if (seconds == 0) {
      return "finishing";
    }
    if (seconds < 2 * SECONDS_OF_A_MINUTE) {
      return seconds + " s left";
    }
    return minutes < 2 * MINUTES_OF_AN_HOUR
        ? minutes + " min left"
        : minutes / MINUTES_OF_AN_HOUR + " h " + minutes % MINUTES_OF_AN_HOUR + " min left";
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
