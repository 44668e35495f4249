package io.shardsum.verdict;

import java.util.Comparator;

/**
 * A tensor of a rank.
 *
 * @param role {@code target}, or that of a draft
 */
public record TensorName(String role, String tensor) implements Comparable<TensorName> {

  private static final Comparator<TensorName> ORDER =
      Comparator.comparing(TensorName::role)
          .reversed()
          .thenComparing(TensorName::tensor, NaturalOrder.OF_NAMES);

  /** The target first, then drafts; in order of layer. */
  @Override
  public int compareTo(TensorName other) {
    return ORDER.compare(this, other);
  }

  /** As engines report it: with the role of a draft before it. */
  public String key() {
    return role.equals("target") ? tensor : role + "." + tensor;
  }
}
