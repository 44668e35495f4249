package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Where bytes belong that copies hold where something else should be: in which rank, and under
 * which name, they are right by a strict majority or by the reference.
 *
 * <p>Bytes that are right under several names prove nothing: norms of ones, or zeros.
 */
final class Origins {

  /** Nothing was looked up. */
  static final Origins UNKNOWN = new Origins();

  /** A tied pair has two names. */
  private static final int MOST_NAMES = 2;

  private static final int MOST_DIGESTS = 10_000;

  private final Map<Digests, List<Origin>> right = new HashMap<>();

  private Origins() {}

  /** Looks up where the bytes belong that differ in these votes. */
  static Origins of(
      ComparedGroup group,
      Map<Integer, ReplicaRank> ranksInReplica,
      List<TensorVote> votes,
      Evidence evidence) {
    Map<Digests, HeldTensor> strays = new LinkedHashMap<>();
    for (TensorVote vote : votes) {
      vote.strays().stream()
          .limit(MOST_DIGESTS - strays.size())
          .forEach(held -> strays.put(held.content().digests(), held));
    }
    Origins origins = new Origins();
    if (!strays.isEmpty()) {
      evidence.whereabouts(group, strays.keySet()).stream()
          .filter(found -> isRight(found, ranksInReplica.get(found.rankInReplica())))
          .forEach(origins::add);
    }
    origins.right.values().removeIf(Origins::isOfSeveralNames);
    origins.right.keySet().removeIf(digests -> isZero(strays.get(digests)));
    return origins;
  }

  private static boolean isZero(HeldTensor held) {
    return held.chunkSums().isEmpty() ? held.isZeroBySha256() : held.isZero();
  }

  private static boolean isRight(Whereabouts found, ReplicaRank rankInReplica) {
    boolean decides =
        rankInReplica
            .reference()
            .map(reference -> reference.holder().scanId().isEmpty())
            .orElse(false);
    return decides
        ? found.inReference()
        : 2 * found.votes() > rankInReplica.electorate(found.name().role());
  }

  private void add(Whereabouts found) {
    right
        .computeIfAbsent(found.digests(), any -> new ArrayList<>())
        .add(new Origin(found.rankInReplica(), found.name(), found.holder()));
  }

  private static boolean isOfSeveralNames(List<Origin> origins) {
    return origins.stream().map(Origin::name).distinct().count() > MOST_NAMES;
  }

  /** The other ranks in which the bytes of a tensor are right under the same name. */
  Set<Integer> otherPlaces(int rankInReplica, TensorName name, HeldTensor held) {
    return find(rankInReplica, name, held).stream()
        .filter(origin -> origin.name().equals(name))
        .map(Origin::rankInReplica)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Where the bytes of a tensor belong: under the same name in other ranks first, then under other
   * names in the same rank; nowhere if it is not known.
   */
  List<Origin> find(int rankInReplica, TensorName name, HeldTensor held) {
    return right.getOrDefault(held.content().digests(), List.of()).stream()
        .filter(origin -> origin.rankInReplica() != rankInReplica || !origin.name().equals(name))
        .sorted(
            Comparator.comparing((Origin origin) -> !origin.name().equals(name))
                .thenComparing(origin -> origin.rankInReplica() != rankInReplica)
                .thenComparing(Origin::rankInReplica)
                .thenComparing(Origin::name))
        .toList();
  }
}
