package io.shardsum.verdict;

import io.shardsum.text.NumberWords;
import java.time.Duration;
import java.util.function.LongFunction;

/**
 * How much of what a scan says of files it has read itself; the rest earlier scans have read.
 *
 * @param readBytes of tensors
 * @param bytes all of them
 * @param oldest the age of the oldest digest when the scan began
 */
public record ReadShare(long readBytes, long bytes, Duration oldest) {

  /** Whether nothing was reused. */
  public boolean isWhole() {
    return readBytes == bytes;
  }

  /**
   * {@code Read in this scan: 5.2 TB of 72.1 TB; the oldest digest is 9 days old}.
   *
   * @param shown bytes as they are shown
   */
  public String sentence(LongFunction<String> shown) {
    return "Read in this scan: %s of %s; the oldest digest is %s old"
        .formatted(shown.apply(readBytes), shown.apply(bytes), age());
  }

  /** {@code 9 days}, rounded. */
  public String age() {
    long days = Math.round(oldest.toMinutes() / (double) Duration.ofDays(1).toMinutes());
    return days == 0 ? "less than a day" : NumberWords.count(days, "day");
  }
}
