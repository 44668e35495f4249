package io.shardsum.history;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * What is old.
 *
 * @param now against which ages count
 * @param keepDays scans that began longer ago are old, at least 1
 * @param keepHistoryDays of scans that began longer ago all rows go, not those of tensors alone;
 *     empty: never
 * @param months whether the first scan of each month stays
 */
public record RetentionRules(
    Instant now, int keepDays, OptionalInt keepHistoryDays, Months months) {

  /** What stays of each month. */
  public enum Months {
    /** Its first scan. */
    KEEP_FIRST,
    /** Nothing for its own sake. */
    KEEP_NONE
  }

  /** Checks the days. */
  public RetentionRules {
    if (keepDays < 1) {
      throw new HistoryException("Expected a number of days to keep from 1, found " + keepDays);
    }
    if (keepHistoryDays.isPresent() && keepHistoryDays.getAsInt() < keepDays) {
      throw new HistoryException(
          "Expected to keep history as long as tensors at least, %s days, found %s"
              .formatted(Integer.toString(keepDays), Integer.toString(keepHistoryDays.getAsInt())));
    }
  }

  /** What began before is old. */
  public Instant oldBefore() {
    return now.minus(Duration.ofDays(keepDays));
  }

  boolean isOld(PastScan scan) {
    return scan.startedAt().isBefore(oldBefore());
  }

  boolean isPastHistory(PastScan scan) {
    return keepHistoryDays.isPresent()
        && scan.startedAt().isBefore(now.minus(Duration.ofDays(keepHistoryDays.getAsInt())));
  }
}
