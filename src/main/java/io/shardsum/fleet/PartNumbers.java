package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/** The numbers of the parts of one rank; parts count from 0 and have no gap. */
final class PartNumbers {
  private static final int NAMED = 10;

  private final SortedSet<Integer> found;

  PartNumbers(List<Integer> numbers) {
    this.found = new TreeSet<>(numbers);
  }

  /** How many are missing below the last. */
  long missing() {
    return found.last() + 1L - found.size();
  }

  @Override
  public String toString() {
    List<Integer> first = new ArrayList<>();
    for (int part = 0; first.size() < Math.min(NAMED, missing()); part++) {
      if (!found.contains(part)) {
        first.add(part);
      }
    }
    return String.format(
        Locale.ROOT,
        "%s missing: parts %s found",
        missing() == 1
            ? "part " + first.get(0) + " is"
            : "parts " + MessageText.numbers(first, missing()) + " are",
        MessageText.numbers(found, found.size()));
  }
}
