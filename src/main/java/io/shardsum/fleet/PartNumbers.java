package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/** The numbers of the parts of one rank, which have no gap. */
final class PartNumbers {
  private static final int NAMED = 10;

  private final int first;
  private final SortedSet<Integer> found;

  /**
   * Takes what was found.
   *
   * @param first what parts count from
   */
  PartNumbers(int first, List<Integer> numbers) {
    this.first = first;
    this.found = new TreeSet<>(numbers);
  }

  /** How many are missing below the last. */
  long missing() {
    return found.last() + 1L - first - found.size();
  }

  @Override
  public String toString() {
    List<Integer> absent = new ArrayList<>();
    for (int part = first; absent.size() < Math.min(NAMED, missing()); part++) {
      if (!found.contains(part)) {
        absent.add(part);
      }
    }
    return String.format(
        Locale.ROOT,
        "%s missing: found %s",
        MessageText.counted("part", absent, missing()) + (missing() == 1 ? " is" : " are"),
        MessageText.counted("part", found, found.size()));
  }
}
