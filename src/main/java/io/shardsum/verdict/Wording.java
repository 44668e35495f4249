package io.shardsum.verdict;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Parts of the sentences that findings say. */
final class Wording {

  private static final int NAMES = 10;

  private Wording() {}

  /** {@code 1 tensor}, {@code 2 tensors}. */
  static String count(long count, String noun) {
    return String.format(Locale.ROOT, "%d %s%s", count, noun, count == 1 ? "" : "s");
  }

  /** The first names, and how many more there are. */
  static String names(Collection<String> names) {
    return first(names.stream().map(String::valueOf).toList());
  }

  /** {@code a}, {@code a and b}, {@code a, b and c}. */
  static String all(List<String> names) {
    if (names.size() < 2) {
      return String.join("", names);
    }
    return String.join(", ", names.subList(0, names.size() - 1))
        + " and "
        + names.get(names.size() - 1);
  }

  /** {@code 13 of 26 tensors}, {@code all 26 tensors}. */
  static String share(long count, long of) {
    return count == of ? "all " + count(count, "tensor") : count + " of " + count(of, "tensor");
  }

  /** The keys of tensors, as {@link #names} lists them. */
  static String tensors(Collection<TensorDifference> tensors) {
    return names(
        tensors.stream()
            .map(TensorDifference::name)
            .distinct()
            .sorted()
            .map(TensorName::key)
            .toList());
  }

  /** The engines of copies, each once. */
  static String engines(Collection<RankCopy> copies) {
    return names(copies.stream().map(RankCopy::engine).distinct().toList());
  }

  private static String first(List<String> names) {
    return names.size() > NAMES
        ? String.join(", ", names.subList(0, NAMES)) + " and " + (names.size() - NAMES) + " more"
        : all(names);
  }
}
