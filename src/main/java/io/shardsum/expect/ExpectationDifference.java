package io.shardsum.expect;

import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.recipe.Recipe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A tensor that an engine would hold otherwise if it were started with another checkpoint, or of
 * which that is not known.
 *
 * @param one what it holds of the first checkpoint; empty if nothing, or it is refused
 * @param other what it holds of the other
 * @param detail why it is refused; empty if it is not
 */
public record ExpectationDifference(
    int rank,
    String tensor,
    Kind kind,
    Optional<HashedRank.HashedTensor> one,
    Optional<HashedRank.HashedTensor> other,
    String detail) {

  /** How the two differ. */
  public enum Kind {
    /** Other bytes. */
    BYTES,
    /** Another dtype or shape. */
    DTYPE_OR_SHAPE,
    /** Not there with the other checkpoint. */
    ONLY_IN_FIRST,
    /** Not there with the first checkpoint. */
    ONLY_IN_OTHER,
    /** Refused with one of them at least: what the engine makes of it is not known. */
    UNKNOWN
  }

  /** Whether it is known that the two differ. */
  public boolean isKnown() {
    return kind != Kind.UNKNOWN;
  }

  /**
   * Compares what the ranks of one engine hold of two checkpoints, rank by rank and by name. Both
   * must be of one number of ranks, and have the same digests.
   */
  public static List<ExpectationDifference> between(
      HashedExpectation first, HashedExpectation other) {
    List<ExpectationDifference> differences = new ArrayList<>();
    for (int rank = 0; rank < first.ranks().size(); rank++) {
      differences.addAll(ofRank(first.ranks().get(rank), other.ranks().get(rank)));
    }
    return differences;
  }

  private static List<ExpectationDifference> ofRank(HashedRank first, HashedRank other) {
    Map<String, String> refused = new TreeMap<>();
    other.refused().forEach(refusal -> refused.put(refusal.tensor(), refusal.reason()));
    first.refused().forEach(refusal -> refused.put(refusal.tensor(), refusal.reason()));
    Map<String, HashedRank.HashedTensor> ones = byName(first);
    Map<String, HashedRank.HashedTensor> others = byName(other);
    Set<String> names = new TreeSet<>(ones.keySet());
    names.addAll(others.keySet());
    names.addAll(refused.keySet());
    Optional<String> all = Optional.ofNullable(refused.get(Refusal.ALL_TENSORS));
    List<ExpectationDifference> differences = new ArrayList<>();
    for (String name : names) {
      Optional<HashedRank.HashedTensor> one = Optional.ofNullable(ones.get(name));
      Optional<HashedRank.HashedTensor> its = Optional.ofNullable(others.get(name));
      Optional<String> why = Optional.ofNullable(refused.get(name)).or(() -> all);
      Optional<Kind> kind = why.isPresent() ? Optional.of(Kind.UNKNOWN) : kind(one, its);
      kind.ifPresent(
          k ->
              differences.add(
                  new ExpectationDifference(first.rank(), name, k, one, its, why.orElse(""))));
    }
    return differences;
  }

  private static Map<String, HashedRank.HashedTensor> byName(HashedRank rank) {
    Map<String, HashedRank.HashedTensor> byName = new HashMap<>();
    rank.tensors().forEach(tensor -> byName.put(tensor.tensor().name(), tensor));
    return byName;
  }

  private static Optional<Kind> kind(
      Optional<HashedRank.HashedTensor> one, Optional<HashedRank.HashedTensor> other) {
    if (one.isEmpty()) {
      return Optional.of(Kind.ONLY_IN_OTHER);
    }
    if (other.isEmpty()) {
      return Optional.of(Kind.ONLY_IN_FIRST);
    }
    Recipe first = one.get().tensor().recipe();
    Recipe second = other.get().tensor().recipe();
    if (first.dtype() != second.dtype() || !first.shape().equals(second.shape())) {
      return Optional.of(Kind.DTYPE_OR_SHAPE);
    }
    return one.get().digests().equals(other.get().digests())
        ? Optional.empty()
        : Optional.of(Kind.BYTES);
  }
}
