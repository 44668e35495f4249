package io.shardsum.scan.plan;

import java.util.OptionalLong;

/**
 * How fast a scan reads, from its beginning on.
 *
 * @param readBytes at most {@code totalBytes}
 * @param seconds since reading began
 */
public record ReadingPace(long readBytes, long totalBytes, double seconds) {

  /** Bytes that are read twice, as after an executor was lost, are no more than all bytes. */
  public ReadingPace {
    readBytes = Math.min(readBytes, totalBytes);
  }

  /** The rate up to now. */
  public double bytesPerSecond() {
    return readBytes / seconds;
  }

  /** How long the rest takes at that rate; empty as long as nothing is read. */
  public OptionalLong secondsLeft() {
    return readBytes == 0
        ? OptionalLong.empty()
        : OptionalLong.of(Math.round((totalBytes - readBytes) / bytesPerSecond()));
  }
}
