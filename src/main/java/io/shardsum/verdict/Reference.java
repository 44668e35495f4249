package io.shardsum.verdict;

import java.util.Map;
import java.util.Optional;

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
}
