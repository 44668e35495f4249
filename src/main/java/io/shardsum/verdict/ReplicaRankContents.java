package io.shardsum.verdict;

import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The tensors of one place that are not the same in all of its holders.
 *
 * @param differing how many there are; {@code byHolder} may know only the first of them by name
 * @param byHolder what each holder has of them; a tensor that is not in its map is absent there
 * @param surroundings what these tensors stand among, by holder
 */
public record ReplicaRankContents(
    long differing,
    Map<RankHolder, Map<TensorName, HeldTensor>> byHolder,
    Map<RankHolder, Map<TensorName, Surroundings>> surroundings) {

  /** Nothing differs. */
  public static final ReplicaRankContents EQUAL = new ReplicaRankContents(0, Map.of(), Map.of());

  SortedSet<TensorName> names() {
    SortedSet<TensorName> names = new TreeSet<>();
    byHolder.values().forEach(held -> names.addAll(held.keySet()));
    return names;
  }

  Optional<HeldTensor> held(RankHolder holder, TensorName name) {
    return Optional.ofNullable(byHolder.getOrDefault(holder, Map.of()).get(name));
  }

  Surroundings around(RankHolder holder, TensorName name) {
    return surroundings.getOrDefault(holder, Map.of()).getOrDefault(name, Surroundings.UNKNOWN);
  }

  /** The same places of tensors, which hold something else. */
  ReplicaRankContents with(Map<RankHolder, Map<TensorName, HeldTensor>> corrected) {
    return new ReplicaRankContents(differing, corrected, surroundings);
  }
}
