package io.shardsum.history;

import io.shardsum.tables.ScanId;
import java.time.LocalDate;
import java.util.Optional;

/** Which scans of a fleet are told of. */
public sealed interface ScanRange {

  /**
   * The last scans, or all where there are fewer.
   *
   * @param scans at least one
   */
  record Last(int scans) implements ScanRange {

    /** Checks the number. */
    public Last {
      if (scans < 1) {
        throw new HistoryException("Expected a number of scans from 1, found " + scans);
      }
    }
  }

  /**
   * The scans that began on these days, in UTC. Scans after them are not looked at.
   *
   * @param from the first day; empty: from the beginning
   * @param to the last day; empty: up to now
   */
  record Between(Optional<LocalDate> from, Optional<LocalDate> to) implements ScanRange {

    /** Checks the order. */
    public Between {
      if (from.isPresent() && to.isPresent() && from.get().isAfter(to.get())) {
        throw new HistoryException(
            "Expected days in order, found %s before %s".formatted(from.get(), to.get()));
      }
    }
  }

  /** One scan, as it stands to an earlier one: nothing but these two is looked at. */
  record Pair(ScanId earlier, ScanId later) implements ScanRange {}
}
