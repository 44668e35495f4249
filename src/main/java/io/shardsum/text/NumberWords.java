package io.shardsum.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Numbers as a person says them: {@code 0, 1 and 5}, {@code 0 to 7 and 12}. */
public final class NumberWords {

  /** So many numbers without a gap are named by the first and the last of them. */
  private static final int RUN = 4;

  private NumberWords() {}

  /** The numbers in order, each once. */
  public static String of(Collection<Integer> numbers) {
    List<Integer> sorted = numbers.stream().sorted().distinct().toList();
    List<String> words = new ArrayList<>();
    for (int begin = 0; begin < sorted.size(); ) {
      int end = begin + 1;
      while (end < sorted.size() && sorted.get(end) == sorted.get(end - 1) + 1) {
        end++;
      }
      if (end - begin >= RUN) {
        words.add(sorted.get(begin) + " to " + sorted.get(end - 1));
      } else {
        sorted.subList(begin, end).forEach(number -> words.add(number.toString()));
      }
      begin = end;
    }
    int last = words.size() - 1;
    return last < 1
        ? String.join("", words)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  /** {@code rank 2}, {@code ranks 2 and 3}, {@code ranks 0 to 7}. */
  public static String ranks(Collection<Integer> ranks) {
    return (ranks.stream().distinct().count() == 1 ? "rank " : "ranks ") + of(ranks);
  }

  /** A count and its noun: {@code 1 file}, {@code 12,480 files}. */
  public static String count(long count, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
  }
}
