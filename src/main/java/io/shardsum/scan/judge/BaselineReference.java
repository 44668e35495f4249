package io.shardsum.scan.judge;

import io.shardsum.verdict.RankHolder;
import io.shardsum.verdict.Reference;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * An engine of an earlier scan that is right by declaration.
 *
 * @param ranks by place
 */
public record BaselineReference(String scanId, String engine, Map<Integer, HeldRank> ranks) {

  /** A rank as the earlier scan found it. */
  record HeldRank(int rank, String checksum, RankMetadata metadata) {}

  Set<Integer> placesWithOneDigest() {
    return ranks.entrySet().stream()
        .filter(rank -> rank.getValue().metadata().sha256().isEmpty())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  Reference reference(IntPredicate bothDigestsAt) {
    Map<Integer, Reference.Rank> held = new TreeMap<>();
    ranks.forEach(
        (rankInReplica, rank) ->
            held.put(
                rankInReplica,
                new Reference.Rank(
                    new RankHolder(Optional.of(scanId), engine, rank.rank()),
                    rank.metadata().content(rank.checksum(), bothDigestsAt.test(rankInReplica)))));
    return new Reference(
        "engine %s of scan %s (the baseline)".formatted(engine, scanId), Optional.empty(), held);
  }
}
