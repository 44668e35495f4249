package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.List;

/**
 * The files of one expected rank.
 *
 * @param rank the world rank
 * @param reason why the state is not FOUND; empty where it is
 * @param files by role (the target first) and part; those that were found, whatever the state, but
 *     only a rank that is FOUND is known to have them all and no other
 */
public record RankInventory(
    int rank,
    int tpRank,
    int ppRank,
    int dpRank,
    RankState state,
    String reason,
    List<ShardFile> files)
    implements Serializable {
  public RankInventory {
    requireNonNull(state, "state is null");
    files = List.copyOf(files);
    if (reason.isEmpty() != (state == RankState.FOUND)) {
      throw new IllegalArgumentException("state " + state + " with reason '" + reason + "'");
    }
    if (state == RankState.FOUND && files.isEmpty()) {
      throw new IllegalArgumentException("rank " + rank + " is FOUND without a file");
    }
  }
}
