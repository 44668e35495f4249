package io.shardsum.verdict;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

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

  /** Like {@code 1, 2, 5}; all of them, since locations are read by machines, too. */
  static String numbers(Collection<Integer> numbers) {
    return numbers.stream()
        .sorted()
        .distinct()
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  /** {@code rank 2}, {@code ranks 2, 3}. */
  static String ranks(Collection<Integer> ranks) {
    return (ranks.stream().distinct().count() == 1 ? "rank " : "ranks ") + numbers(ranks);
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
    String shown = String.join(", ", names.subList(0, Math.min(NAMES, names.size())));
    return names.size() > NAMES ? shown + " and " + (names.size() - NAMES) + " more" : shown;
  }
}
