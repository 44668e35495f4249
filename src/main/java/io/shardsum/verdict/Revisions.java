package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the ranks of other revisions of a group's model hold: in this scan first, then in earlier
 * ones, the newest first.
 *
 * <p>Where there is a reference, what earlier scans found in the group itself does not count: the
 * majority of that time may have been as wrong as copies are now.
 */
final class Revisions {

  private static final int LOOKED_INTO = 8;

  private final ComparedGroup group;
  private final List<KnownRank> ofThisScan;
  private final Evidence evidence;
  private Optional<List<KnownRank>> all = Optional.empty();

  Revisions(ComparedGroup group, List<KnownRank> ofThisScan, Evidence evidence) {
    this.group = group;
    this.ofThisScan = ofThisScan;
    this.evidence = evidence;
  }

  /** The revision of which a rank is, if it is that of one. */
  Optional<KnownRank> holding(int rankInReplica, RankContent content) {
    return all().stream()
        .filter(known -> known.rankInReplica() == rankInReplica)
        .filter(known -> known.checksum().equals(content.checksum()))
        .findFirst();
  }

  /** Whether a rank is the same in that revision. */
  boolean isIn(KnownRank.Origin origin, RankCopy copy) {
    return all().stream()
        .filter(
            known -> known.origin().equals(origin) && known.rankInReplica() == copy.rankInReplica())
        .anyMatch(
            known -> copy.content().map(c -> c.checksum().equals(known.checksum())).orElse(false));
  }

  /** The ranks whose tensors are worth a look: a few, each with another content. */
  List<KnownRank> at(ReplicaRank rankInReplica) {
    Set<String> seen = new HashSet<>();
    rankInReplica.expected().ifPresent(expected -> seen.add(expected.checksum()));
    return all().stream()
        .filter(known -> known.rankInReplica() == rankInReplica.number())
        .filter(known -> seen.add(known.checksum()))
        .limit(LOOKED_INTO)
        .toList();
  }

  private List<KnownRank> all() {
    if (all.isEmpty()) {
      List<KnownRank> known = new ArrayList<>(ofThisScan);
      evidence.earlier(group.family(), group.label()).stream()
          .filter(rank -> group.reference().isEmpty() || !rank.group().equals(group.label()))
          .forEach(known::add);
      all = Optional.of(known);
    }
    return all.get();
  }
}
