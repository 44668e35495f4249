package io.shardsum.expect.model;

import io.shardsum.expect.recipe.Span;

/**
 * One rank's place among those that cut something into equal parts.
 *
 * @param count how many parts
 * @param index which of them, from 0
 */
public record Share(int count, int index) {
  /** All of it. */
  public static final Share WHOLE = new Share(1, 0);

  /**
   * The part of so many things.
   *
   * @param what what they are, for the message
   * @throws ExpectException if they cannot be cut into equal parts
   */
  public Span span(long size, String what) {
    if (size % count != 0) {
      throw new ExpectException(
          "%s %s cannot be cut into %s equal parts: expected a multiple of %s"
              .formatted(what, size, count, count));
    }
    long length = size / count;
    return new Span(index * length, length);
  }
}
