package io.shardsum.verdict;

import java.util.Optional;

/**
 * What was compared.
 *
 * @param expected the checksum, or the property, that should be there
 * @param actual what is there
 * @param votes how many copies hold what, the most first: {@code 5 : 1}; empty where a reference
 *     decided, or nobody voted
 */
public record Comparison(
    Optional<String> expected, Optional<String> actual, Optional<String> votes) {

  /** Nothing was compared. */
  public static final Comparison NONE =
      new Comparison(Optional.empty(), Optional.empty(), Optional.empty());

  /** A state that should be another. */
  public static Comparison of(String expected, String actual) {
    return new Comparison(Optional.of(expected), Optional.of(actual), Optional.empty());
  }
}
