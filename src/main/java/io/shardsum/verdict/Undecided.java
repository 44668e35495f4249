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
 * @param place the rank, within a replica
 * @param holders the copies by what they hold, the most first
 * @param votes of all copies
 */
record Undecided(
    int place, TensorName name, Map<Optional<HeldTensor>, List<RankCopy>> holders, Votes votes) {

  Undecided {
    Map<Optional<HeldTensor>, List<RankCopy>> ordered = new LinkedHashMap<>();
    holders.entrySet().stream()
        .sorted(
            Comparator.comparing(
                    (Map.Entry<Optional<HeldTensor>, List<RankCopy>> camp) ->
                        -camp.getValue().size())
                .thenComparing(camp -> camp.getValue().get(0).engine())
                .thenComparing(camp -> camp.getValue().get(0).rank()))
        .forEach(camp -> ordered.put(camp.getKey(), camp.getValue()));
    holders = ordered;
  }

  /** The engines, by camp. */
  Set<Set<String>> camps() {
    return holders.values().stream()
        .map(copies -> copies.stream().map(RankCopy::engine).collect(Collectors.toSet()))
        .collect(Collectors.toSet());
  }

  /** The same as {@link #camps} without these engines. */
  Set<Set<String>> campsWithout(Set<String> engines) {
    return camps().stream()
        .map(camp -> camp.stream().filter(e -> !engines.contains(e)).collect(Collectors.toSet()))
        .filter(camp -> !camp.isEmpty())
        .collect(Collectors.toSet());
  }

  /** Whether copies have other dtypes or shapes, or do not have the tensor at all. */
  boolean hasOtherForms() {
    return holders.keySet().stream()
            .map(held -> held.map(tensor -> tensor.content().form()))
            .distinct()
            .count()
        > 1;
  }

  /** What one camp holds, in a word. */
  String label(Optional<HeldTensor> held) {
    Set<String> forms = new TreeSet<>();
    holders.keySet().forEach(h -> h.ifPresent(tensor -> forms.add(tensor.content().form())));
    return held.map(HeldTensor::content)
        .map(c -> forms.size() > 1 ? c.form() + " " + c.digest() : c.digest())
        .orElse("absent");
  }
}
