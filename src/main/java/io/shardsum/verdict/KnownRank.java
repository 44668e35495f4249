package io.shardsum.verdict;

import java.time.Instant;
import java.util.Optional;

/**
 * What a rank of another revision holds, or held earlier under the same revision.
 *
 * @param checksum of the rank
 * @param group the comparison group in which it was right
 * @param revision as the fleet's description calls it
 * @param seenAt when the scan that saw it began; empty: this scan sees it
 */
public record KnownRank(
    RankHolder holder,
    int rankInReplica,
    String checksum,
    String group,
    Optional<String> revision,
    Optional<Instant> seenAt) {

  /** What all ranks of one revision have in common. */
  Origin origin() {
    return new Origin(group, revision);
  }

  /** A revision as findings name it. */
  record Origin(String group, Optional<String> revision) {}
}
