package io.shardsum.scan;

import java.time.Duration;
import java.time.Instant;

/**
 * The time in which weights were read and hashed.
 *
 * @param begin when the first task was launched
 * @param end when the last task ended
 * @param bytes how many bytes of files were read
 */
public record ReadTimes(Instant begin, Instant end, long bytes) {

  /** From begin to end. */
  public double seconds() {
    return Duration.between(begin, end).toMillis() / 1000.0;
  }
}
