package io.shardsum.verdict;

import java.util.Comparator;

/** Names in the order in which people count: {@code layers.2} before {@code layers.10}. */
final class NaturalOrder implements Comparator<String> {

  static final Comparator<String> OF_NAMES =
      new NaturalOrder().thenComparing(Comparator.naturalOrder());

  private NaturalOrder() {}

  @Override
  public int compare(String one, String other) {
    int at = 0;
    int otherAt = 0;
    while (at < one.length() && otherAt < other.length()) {
      int end = endOfNumber(one, at);
      int otherEnd = endOfNumber(other, otherAt);
      if (end > at && otherEnd > otherAt) {
        int order = compareNumbers(one.substring(at, end), other.substring(otherAt, otherEnd));
        if (order != 0) {
          return order;
        }
        at = end;
        otherAt = otherEnd;
      } else if (one.charAt(at) != other.charAt(otherAt)) {
        return Character.compare(one.charAt(at), other.charAt(otherAt));
      } else {
        at++;
        otherAt++;
      }
    }
    return Integer.compare(one.length() - at, other.length() - otherAt);
  }

  private static int endOfNumber(String text, int begin) {
    int end = begin;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  /** Of any length, with zeros before them or not. */
  private static int compareNumbers(String one, String other) {
    String digits = one.replaceFirst("^0+", "");
    String otherDigits = other.replaceFirst("^0+", "");
    int byLength = Integer.compare(digits.length(), otherDigits.length());
    return byLength != 0 ? byLength : digits.compareTo(otherDigits);
  }
}
