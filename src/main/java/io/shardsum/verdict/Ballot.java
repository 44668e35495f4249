package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A vote of copies on what is right. A storage has one vote, however many engines read it; one that
 * was read as two different things has none.
 */
final class Ballot<C> {

  private final int electorate;
  private final Map<C, Set<String>> storagesByChoice = new HashMap<>();
  private final Map<String, Set<C>> choicesByStorage = new HashMap<>();

  /**
   * Opens a vote.
   *
   * @param electorate how many storages there should be: also those that cannot be read count in
   *     what a majority is
   */
  Ballot(int electorate) {
    this.electorate = electorate;
  }

  void vote(String storage, C choice) {
    storagesByChoice.computeIfAbsent(choice, any -> new HashSet<>()).add(storage);
    choicesByStorage.computeIfAbsent(storage, any -> new HashSet<>()).add(choice);
  }

  /** What more than half of all storages hold. */
  Optional<C> majority() {
    return storagesByChoice.keySet().stream()
        .filter(choice -> 2 * votes(choice) > electorate)
        .findFirst();
  }

  boolean isUnanimous() {
    return storagesByChoice.size() <= 1;
  }

  /** How many storages voted at all. */
  int voters() {
    return choicesByStorage.size();
  }

  long votes(C choice) {
    return storagesByChoice.get(choice).stream()
        .filter(storage -> choicesByStorage.get(storage).size() == 1)
        .count();
  }

  /** How many hold what. */
  Votes votes() {
    List<Long> counts = new ArrayList<>();
    storagesByChoice.keySet().forEach(choice -> counts.add(votes(choice)));
    counts.sort(Comparator.reverseOrder());
    String text = counts.stream().map(String::valueOf).collect(Collectors.joining(" : "));
    long silent = electorate - counts.stream().mapToLong(Long::longValue).sum();
    return new Votes(
        silent == 0 ? text : text + ", " + silent + " without a vote",
        counts.isEmpty() ? 0 : counts.get(0),
        electorate,
        silent);
  }
}
