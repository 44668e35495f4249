package io.shardsum.verdict;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A copy that is right by declaration.
 *
 * @param name how the report calls it: {@code engine chat-1 (trusted)}
 * @param engine its name, where it is one of this scan
 * @param ranks what it holds, by place; a place that it cannot say is put to the vote
 */
public record Reference(String name, Optional<String> engine, Map<Integer, Rank> ranks) {

  /** A rank of the reference. */
  public record Rank(RankHolder holder, RankContent content) {}

  /** Copies the map. */
  public Reference {
    ranks = Map.copyOf(ranks);
  }

  /** The same, which says nothing of these ranks. */
  Reference without(Set<RankHolder> unknown) {
    Map<Integer, Rank> known = new HashMap<>(ranks);
    known.values().removeIf(rank -> unknown.contains(rank.holder()));
    return new Reference(name, engine, known);
  }

  /** Whether it says what is right at a place. */
  boolean knows(int rankInReplica) {
    return ranks.containsKey(rankInReplica);
  }

  /** What is right at a place that it knows. */
  Rank at(int rankInReplica) {
    return ranks.get(rankInReplica);
  }

  /** Whether an engine of this scan is the reference, or one of those that are. */
  boolean isHeldBy(String anEngine) {
    return ranks.values().stream()
        .map(Rank::holder)
        .anyMatch(holder -> holder.scanId().isEmpty() && holder.engine().equals(anEngine));
  }
}
