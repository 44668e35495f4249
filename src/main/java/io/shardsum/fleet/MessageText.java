package io.shardsum.fleet;

import io.shardsum.io.FailureReason;
import io.shardsum.text.ForeignText;
import java.util.Collection;
import java.util.stream.Collectors;

/** Foreign text (names, paths, causes) made fit for a line of a message. */
final class MessageText {
  private static final int QUOTED_CODE_POINTS = 80;
  private static final int PRINTABLE_CODE_POINTS = 500;
  private static final int NUMBERS_SHOWN = 10;

  private MessageText() {}

  /** The text in single quotes, shortened, with everything that could disturb a line escaped. */
  static String quoted(String text) {
    return "'" + ForeignText.shown(text, QUOTED_CODE_POINTS) + "'";
  }

  /** As {@link #quoted}, for paths: without quotes and longer. */
  static String printable(String text) {
    return ForeignText.shown(text, PRINTABLE_CODE_POINTS);
  }

  /** Why something failed, in one line. */
  static String cause(Throwable failure) {
    return printable(FailureReason.of(failure));
  }

  /** Like {@code rank 2}, {@code ranks 0 and 1}, {@code ranks 0, 1 and 2}. */
  static String counted(String noun, Collection<Integer> numbers, long countInAll) {
    String all = numbers(numbers, countInAll);
    if (countInAll == 1) {
      return noun + " " + all;
    }
    int last = all.lastIndexOf(", ");
    return noun
        + "s "
        + (countInAll > NUMBERS_SHOWN || last < 0
            ? all
            : all.substring(0, last) + " and " + all.substring(last + 2));
  }

  /** The first numbers, and how many there are where that is not all. */
  static String numbers(Collection<Integer> numbers, long countInAll) {
    String shown =
        numbers.stream()
            .limit(NUMBERS_SHOWN)
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    if (countInAll > NUMBERS_SHOWN) {
      return shown + ", … (" + countInAll + " in all)";
    }
    return shown;
  }
}
