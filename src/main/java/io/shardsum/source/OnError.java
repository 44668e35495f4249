package io.shardsum.source;

import java.util.Arrays;
import java.util.Locale;

/** What happens to a file that breaks the format or cannot be read. */
public enum OnError {
  /** The query fails, naming the file. */
  FAIL,
  /** The file gives rows with an error instead of data; all other files are read. */
  REPORT;

  static OnError parse(String text) {
    return Arrays.stream(values())
        .filter(value -> value.option().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid option on-error: expected fail or report, found " + text));
  }

  /** The word of the option {@code on-error}. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }
}
