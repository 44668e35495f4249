package io.shardsum.expect.recipe;

import java.io.Serializable;

/**
 * A run of rows or columns.
 *
 * @param begin the first, from 0
 * @param length how many
 */
public record Span(long begin, long length) implements Serializable {
  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public Span {
    if (begin < 0 || length < 0) {
      throw new IllegalArgumentException("Invalid span: " + begin + ", " + length);
    }
  }

  public static Span whole(long length) {
    return new Span(0, length);
  }

  /** The one behind the last. */
  public long end() {
    return begin + length;
  }

  public boolean isWhole(long size) {
    return begin == 0 && length == size;
  }

  @Override
  public String toString() {
    return length == 1 ? Long.toString(begin) : begin + " to " + (end() - 1);
  }
}
