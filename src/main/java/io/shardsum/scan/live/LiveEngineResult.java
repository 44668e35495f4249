package io.shardsum.scan.live;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A row of the table {@code engines} that comes from a running engine, and its ranks.
 *
 * @param group running engines with the same one are compared with each other
 * @param checksum present only where every expected rank has one
 * @param reported the engine's own digest, where it gives one
 * @param host where it was asked
 * @param version the release, as far as the form of the answer tells it
 */
public record LiveEngineResult(
    String engine,
    String group,
    List<LiveRankResult> ranks,
    Optional<String> checksum,
    Optional<String> reported,
    String host,
    Optional<String> version,
    Instant fetchedAt) {

  /** Copies the list. */
  public LiveEngineResult {
    ranks = List.copyOf(ranks);
  }

  /** How many ranks the engine told as a whole. */
  public long completeRanks() {
    return ranks.stream().filter(rank -> rank.checksum().isPresent()).count();
  }

  /** How many ranks the engine did not tell. */
  public long unknownRanks() {
    return ranks.stream().filter(rank -> !rank.isKnown()).count();
  }
}
