package io.shardsum.source;

import java.util.Arrays;
import java.util.Locale;

/** What one row of the source stands for. */
public enum RowUnit {
  /** A chunk, which can hand out its bytes. */
  CHUNK,
  /**
   * All chunks of a tensor that one task reads: as few rows as there can be, for hashing. Its bytes
   * cannot be asked for.
   */
  PIECE,
  /**
   * A tensor: no file is cut, so that each row is complete and needs no merging. Its bytes cannot
   * be asked for.
   */
  TENSOR;

  static RowUnit parse(String text) {
    return Arrays.stream(values())
        .filter(value -> value.option().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid option rows: expected chunk, piece or tensor, found " + text));
  }

  /** The word of the option {@code rows}. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }
}
