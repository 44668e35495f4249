package io.shardsum.live;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Numbers of things, in words. */
final class Counted {

  private static final int NUMBERS = 8;

  private Counted() {}

  /** {@code 1 rank}, {@code 2 ranks}. */
  static String of(int count, String thing) {
    return count == 1 ? "1 " + thing : count + " " + thing + "s";
  }

  /** {@code 0}, {@code 0 and 1}, {@code 0, 1 and 2}; of many the first ones. */
  static String list(Collection<Integer> numbers) {
    List<Integer> all = new ArrayList<>(numbers);
    if (all.size() > NUMBERS) {
      return joined(all.subList(0, NUMBERS)) + " and " + (all.size() - NUMBERS) + " more";
    }
    int last = all.size() - 1;
    return last < 1 ? joined(all) : joined(all.subList(0, last)) + " and " + all.get(last);
  }

  private static String joined(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
