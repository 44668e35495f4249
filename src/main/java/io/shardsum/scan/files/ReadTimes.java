package io.shardsum.scan.files;

import java.time.Duration;
import java.time.Instant;

/**
 * The time in which weights were read and hashed.
 *
 * @param begin when the first task was launched
 * @param end when the last task ended
 * @param bytes how many bytes of the fleet's files were read
 * @param hosts how fast each host was
 */
public record ReadTimes(Instant begin, Instant end, long bytes, HostRates hosts) {

  /** From begin to end. */
  public double seconds() {
    return Duration.between(begin, end).toMillis() / 1000.0;
  }

  /** With what was read after it: too little to tell how fast hosts are. */
  ReadTimes then(ReadTimes more) {
    return new ReadTimes(begin, more.end, bytes + more.bytes, hosts);
  }

  /** With fewer bytes: some are not the fleet's. */
  public ReadTimes without(long otherBytes) {
    return new ReadTimes(begin, end, Math.max(0, bytes - otherBytes), hosts);
  }
}
