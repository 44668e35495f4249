package io.shardsum.live;

import java.util.List;
import java.util.Optional;

/**
 * An expected rank of a running engine.
 *
 * @param rank the world rank
 * @param checksum over its tensors, computed here; empty where the rank is unknown
 * @param reported what the engine says of it, where it says something
 * @param tensors in the order of the answer
 * @param reason why it is unknown
 */
public record LiveRank(
    int rank,
    int tpRank,
    int ppRank,
    int dpRank,
    Optional<String> checksum,
    Optional<String> reported,
    List<LiveTensor> tensors,
    Optional<String> reason) {

  /** Copies the list. */
  public LiveRank {
    tensors = List.copyOf(tensors);
    if (checksum.isPresent() == reason.isPresent()) {
      throw new IllegalArgumentException("a rank is either known or has a reason");
    }
  }

  /** Whether the engine told it. */
  public boolean isKnown() {
    return checksum.isPresent();
  }
}
