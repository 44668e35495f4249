package io.shardsum.verdict;

import java.util.Locale;

/**
 * How copies voted.
 *
 * @param text how many hold what, the most first: {@code 5 : 1}, or {@code 3 : 1, 2 without a vote}
 * @param most how many storages hold what most of them do
 * @param all how many storages there should be
 * @param silent how many of these could not be read, or hold several contents
 */
record Votes(String text, long most, long all, long silent) {

  /** {@code 5 of 6 copies agree}. */
  String agreement() {
    return String.format(Locale.ROOT, "%d of %d copies agree", most, all);
  }
}
