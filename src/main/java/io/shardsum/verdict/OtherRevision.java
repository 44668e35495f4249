package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a group of this scan knows about its own revision, for the sake of other groups. */
final class OtherRevision {

  private OtherRevision() {}

  /** The ranks on which its copies agree by a strict majority, or its reference decides. */
  static List<KnownRank> ranksOf(ComparedGroup group) {
    Map<Integer, List<RankCopy>> byPlace =
        group.copies().stream()
            .collect(
                Collectors.groupingBy(RankCopy::rankInReplica, TreeMap::new, Collectors.toList()));
    List<KnownRank> known = new ArrayList<>();
    byPlace.forEach(
        (number, copies) -> {
          Optional<Reference.Rank> reference =
              group.reference().flatMap(r -> Optional.ofNullable(r.ranks().get(number)));
          ReplicaRank rankInReplica = new ReplicaRank(number, copies, reference);
          Optional<RankContent> right = rankInReplica.expected();
          right.ifPresent(content -> known.addAll(rank(group, rankInReplica, content)));
        });
    return known;
  }

  private static List<KnownRank> rank(
      ComparedGroup group, ReplicaRank rankInReplica, RankContent content) {
    return rankInReplica.contentGroups().getOrDefault(content, List.of()).stream()
        .limit(1)
        .map(
            copy ->
                new KnownRank(
                    copy.holder(),
                    rankInReplica.number(),
                    content.checksum(),
                    group.label(),
                    group.revision(),
                    Optional.empty()))
        .toList();
  }
}
