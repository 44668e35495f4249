package io.shardsum.verdict;

import java.util.Optional;

/**
 * Where the tensors of a rank's copy stand in the tables.
 *
 * @param scanId an earlier scan; empty: this one
 */
public record RankHolder(Optional<String> scanId, String engine, int rank) {

  /** A copy of this scan. */
  public static RankHolder now(String engine, int rank) {
    return new RankHolder(Optional.empty(), engine, rank);
  }
}
