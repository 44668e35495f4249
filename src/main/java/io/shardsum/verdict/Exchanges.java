package io.shardsum.verdict;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds things that hold each other's contents: two that are exchanged, or more in a ring.
 *
 * <p>A thing is an edge from what it should hold to what it holds; an exchange is a closed path.
 */
final class Exchanges<T> {

  private final Function<T, ?> expected;
  private final Function<T, ?> actual;

  Exchanges(Function<T, ?> expected, Function<T, ?> actual) {
    this.expected = expected;
    this.actual = actual;
  }

  /** The exchanges, short ones preferred; no thing is in two of them. */
  List<List<T>> among(List<T> things) {
    Set<T> left = possible(things);
    Map<Object, List<T>> byExpected =
        left.stream().collect(Collectors.groupingBy(t -> (Object) expected.apply(t)));
    List<List<T>> exchanges = new ArrayList<>();
    for (T thing : List.copyOf(left)) {
      if (left.contains(thing)) {
        List<T> ring = shortestRing(thing, left, byExpected);
        exchanges.add(ring);
        ring.forEach(left::remove);
      }
    }
    exchanges.removeIf(List::isEmpty);
    return exchanges;
  }

  /** Without those that hold what nothing should hold, or should hold what nothing holds. */
  private Set<T> possible(List<T> things) {
    Set<T> left = new LinkedHashSet<>(things);
    int before;
    do {
      before = left.size();
      Set<Object> wanted = left.stream().map(expected).collect(Collectors.toSet());
      Set<Object> held = left.stream().map(actual).collect(Collectors.toSet());
      left.removeIf(t -> !wanted.contains(actual.apply(t)) || !held.contains(expected.apply(t)));
    } while (left.size() < before);
    return left;
  }

  private List<T> shortestRing(T begin, Set<T> left, Map<Object, List<T>> byExpected) {
    Map<T, T> cameFrom = new HashMap<>();
    Set<Object> seen = new HashSet<>();
    Deque<T> front = new ArrayDeque<>(List.of(begin));
    while (!front.isEmpty()) {
      T thing = front.remove();
      if (actual.apply(thing).equals(expected.apply(begin))) {
        return path(begin, thing, cameFrom);
      }
      if (seen.add(actual.apply(thing))) {
        for (T next : byExpected.getOrDefault(actual.apply(thing), List.of())) {
          if (left.contains(next) && !next.equals(begin) && !cameFrom.containsKey(next)) {
            cameFrom.put(next, thing);
            front.add(next);
          }
        }
      }
    }
    return List.of();
  }

  private static <T> List<T> path(T begin, T end, Map<T, T> cameFrom) {
    Deque<T> path = new ArrayDeque<>();
    for (T thing = end; !thing.equals(begin); thing = cameFrom.get(thing)) {
      path.addFirst(thing);
    }
    path.addFirst(begin);
    return List.copyOf(path);
  }
}
