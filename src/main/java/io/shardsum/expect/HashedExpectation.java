package io.shardsum.expect;

import io.shardsum.checksum.WeightDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What every rank of an engine must hold, with digests.
 *
 * @param ranks by world rank, of all stages
 */
public record HashedExpectation(Topology topology, List<HashedRank> ranks) {
  /** Copies the ranks. */
  public HashedExpectation {
    ranks = List.copyOf(ranks);
  }

  /** The engine's digest, over all ranks of all stages; none if a tensor of one is refused. */
  public Optional<String> checksum() {
    List<String> ofRanks = new ArrayList<>();
    for (HashedRank rank : ranks) {
      if (rank.checksum().isEmpty()) {
        return Optional.empty();
      }
      ofRanks.add(rank.checksum().get());
    }
    return Optional.of(WeightDigest.ofEngine(ofRanks));
  }

  /** Whether no tensor is refused. */
  public boolean isComplete() {
    return ranks.stream().allMatch(rank -> rank.refused().isEmpty());
  }
}
