package io.shardsum.verdict;

import java.util.Arrays;
import java.util.Locale;

/** How grave a finding is: the column {@code severity}. */
public enum Severity {
  /** Copies differ, or something that should be there could not be read. */
  ERROR,
  /** Something was not checked, or a reading did not repeat. */
  WARNING,
  /** A note. */
  INFO;

  /** As the tables and the JSON have it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * By its word.
   *
   * @throws IllegalArgumentException if there is none of that word
   */
  public static Severity of(String word) {
    return Arrays.stream(values())
        .filter(severity -> severity.word().equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("Not a severity: " + word));
  }
}
