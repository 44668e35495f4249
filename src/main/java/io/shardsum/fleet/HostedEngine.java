package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An engine whose files lie on the disks of its hosts. A rank is taken from the first of them that
 * has it. A rank that others have, too, is a copy: theirs are inventories of their own, named
 * {@code engine@host}, which are compared with it.
 */
final class HostedEngine {
  private final EngineSpec spec;
  private final String group;
  private final Map<String, HostListing> listings = new LinkedHashMap<>();
  private final List<String> absent = new ArrayList<>();
  private final Map<String, List<RankInventory>> copies = new LinkedHashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  /**
   * Takes what its hosts have.
   *
   * @param found by host; a host without an executor is not in it
   */
  HostedEngine(EngineSpec spec, String group, Map<String, HostListing> found) {
    this.spec = spec;
    this.group = group;
    for (String host : spec.visibility().hosts()) {
      if (found.containsKey(host)) {
        listings.put(host, found.get(host));
      } else {
        absent.add(host);
      }
    }
  }

  /** The engine, and behind it the copies that further hosts have of its ranks. */
  List<EngineInventory> inventories() {
    List<RankInventory> ranks = new ArrayList<>();
    for (int number = 0; number < spec.expectedRanks(); number++) {
      ranks.add(rank(number));
    }
    listings.values().forEach(listing -> problems.addAll(listing.problems()));
    nameAbsentHosts(ranks);
    nameDisagreement();
    List<EngineInventory> inventories = new ArrayList<>();
    inventories.add(new EngineInventory(spec, group, spec.expectedRanks(), ranks, problems));
    copies.forEach(
        (host, some) ->
            inventories.add(
                new EngineInventory(
                    spec.copyOn(host), group, spec.expectedRanks(), some, List.of())));
    return inventories;
  }

  private RankInventory rank(int number) {
    List<String> holders =
        listings.keySet().stream()
            .filter(host -> listings.get(host).has(number))
            .sorted(
                (one, other) ->
                    listings
                        .get(one)
                        .ranks()
                        .get(number)
                        .state()
                        .compareTo(listings.get(other).ranks().get(number).state()))
            .toList();
    if (holders.isEmpty()) {
      return rankOfNobody(number);
    }
    holders.stream()
        .skip(1)
        .forEach(
            host ->
                copies
                    .computeIfAbsent(host, any -> new ArrayList<>())
                    .add(listings.get(host).ranks().get(number)));
    return listings.get(holders.get(0)).ranks().get(number);
  }

  private RankInventory rankOfNobody(int number) {
    if (!absent.isEmpty()) {
      return without(number, RankState.UNREADABLE, noExecutor(absent));
    }
    List<RankInventory> found =
        listings.values().stream().map(listing -> listing.ranks().get(number)).toList();
    return found.stream()
        .filter(rank -> rank.state() == RankState.UNREADABLE || found.size() == 1)
        .findFirst()
        .orElseGet(
            () ->
                without(
                    number,
                    RankState.MISSING,
                    "no file of rank " + number + " on " + joined(listings.keySet())));
  }

  private RankInventory without(int number, RankState state, String reason) {
    Parallelism sizes = spec.parallelism();
    return new RankInventory(
        number,
        sizes.tpRankOf(number),
        sizes.ppRankOf(number),
        sizes.dpRankOf(number),
        state,
        reason,
        List.of());
  }

  /** Their disks may have copies that nobody has looked at. */
  private void nameAbsentHosts(List<RankInventory> ranks) {
    boolean said = ranks.stream().anyMatch(rank -> rank.reason().equals(noExecutor(absent)));
    if (!absent.isEmpty() && !said) {
      problems.add(
          new Problem(
              ProblemKind.NO_EXECUTOR,
              noExecutor(absent) + ": its disk is not checked",
              spec.shards()));
    }
  }

  /** Hosts that share a rank should have the same ranks: those of one copy of the engine. */
  private void nameDisagreement() {
    Map<String, NavigableSet<Integer>> ranks = new LinkedHashMap<>();
    listings.forEach(
        (host, listing) -> {
          NavigableSet<Integer> some = new TreeSet<>();
          listing.ranks().stream()
              .filter(rank -> !rank.files().isEmpty())
              .forEach(rank -> some.add(rank.rank()));
          ranks.put(host, some);
        });
    if (ranks.size() > 1 && (anyIsEmpty(ranks) || anyOverlap(ranks))) {
      problems.add(
          new Problem(
              ProblemKind.HOSTS_DISAGREE,
              ranks.entrySet().stream()
                  .map(host -> host.getKey() + " has " + words(host.getValue()))
                  .collect(
                      Collectors.joining(", ", "its hosts hold different sets of ranks: ", "")),
              spec.shards()));
    }
  }

  private static boolean anyIsEmpty(Map<String, NavigableSet<Integer>> ranks) {
    return ranks.values().stream().anyMatch(NavigableSet::isEmpty)
        && ranks.values().stream().anyMatch(some -> !some.isEmpty());
  }

  private static boolean anyOverlap(Map<String, NavigableSet<Integer>> ranks) {
    return Stream.of(ranks.values())
        .flatMap(all -> all.stream().flatMap(one -> all.stream().map(two -> List.of(one, two))))
        .anyMatch(
            pair ->
                !pair.get(0).equals(pair.get(1))
                    && pair.get(0).stream().anyMatch(pair.get(1)::contains));
  }

  private static String words(NavigableSet<Integer> ranks) {
    return ranks.isEmpty() ? "none" : MessageText.counted("rank", ranks, ranks.size());
  }

  private static String noExecutor(List<String> hosts) {
    return "no executor on " + joined(hosts);
  }

  private static String joined(Collection<String> hosts) {
    return String.join(", ", hosts);
  }
}
