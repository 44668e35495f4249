package io.shardsum.verdict;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The engines that should hold the same weights.
 *
 * @param label the comparison group
 * @param family what all revisions of the model have in common in their labels
 * @param copies every expected rank of every engine
 * @param reference what is right by declaration
 */
public record ComparedGroup(
    String label,
    String family,
    Optional<String> revision,
    List<RankCopy> copies,
    Optional<Reference> reference) {

  /** Copies the list. */
  public ComparedGroup {
    copies = List.copyOf(copies);
  }

  /** The same group, of which these copies are not known. */
  public ComparedGroup without(Set<RankHolder> unknown) {
    return new ComparedGroup(
        label,
        family,
        revision,
        copies.stream()
            .map(copy -> unknown.contains(copy.holder()) ? copy.withWhole(Optional.empty()) : copy)
            .toList(),
        reference.map(of -> of.without(unknown)));
  }

  /** The same group with other copies. */
  public ComparedGroup with(List<RankCopy> others) {
    return new ComparedGroup(label, family, revision, others, reference);
  }
}
