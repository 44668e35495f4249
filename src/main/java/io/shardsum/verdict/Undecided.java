package io.shardsum.verdict;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A tensor of which no content has a strict majority.
 *
 * @param rankInReplica the rank, within a replica
 * @param holders the copies by what they hold, the most first
 * @param votes of all copies
 */
record Undecided(
    int rankInReplica,
    TensorName name,
    Map<Optional<HeldTensor>, List<RankCopy>> holders,
    Votes votes) {

  Undecided {
    Map<Optional<HeldTensor>, List<RankCopy>> ordered = new LinkedHashMap<>();
    holders.entrySet().stream()
        .sorted(
            Comparator.comparing(
                    (Map.Entry<Optional<HeldTensor>, List<RankCopy>> contentGroup) ->
                        -contentGroup.getValue().size())
                .thenComparing(contentGroup -> contentGroup.getValue().get(0).engine())
                .thenComparing(contentGroup -> contentGroup.getValue().get(0).rank()))
        .forEach(contentGroup -> ordered.put(contentGroup.getKey(), contentGroup.getValue()));
    holders = ordered;
  }

  /** The engines, by camp. */
  Set<Set<String>> contentGroups() {
    return holders.values().stream()
        .map(copies -> copies.stream().map(RankCopy::engine).collect(Collectors.toSet()))
        .collect(Collectors.toSet());
  }

  /** The same as {@link #contentGroups} without these engines. */
  Set<Set<String>> campsWithout(Set<String> engines) {
    return contentGroups().stream()
        .map(
            contentGroup ->
                contentGroup.stream().filter(e -> !engines.contains(e)).collect(Collectors.toSet()))
        .filter(contentGroup -> !contentGroup.isEmpty())
        .collect(Collectors.toSet());
  }

  /** Whether copies have other dtypes or shapes, or do not have the tensor at all. */
  boolean hasOtherForms() {
    return holders.keySet().stream()
            .map(held -> held.map(tensor -> tensor.content().metadata()))
            .distinct()
            .count()
        > 1;
  }

  /** What one camp holds, in a word. */
  String label(Optional<HeldTensor> held) {
    Set<String> allMetadata = new TreeSet<>();
    holders
        .keySet()
        .forEach(h -> h.ifPresent(tensor -> allMetadata.add(tensor.content().metadata())));
    return held.map(HeldTensor::content)
        .map(c -> allMetadata.size() > 1 ? c.metadata() + " " + c.digest() : c.digest())
        .orElse("absent");
  }
}
