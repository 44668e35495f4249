package io.shardsum.source.sums;

import java.util.OptionalLong;

/** The sum of a piece of a tensor. A GPU's is on its way for a while. */
public final class Sum {

  private static final long NONE = -1;

  private boolean done;
  private long value;
  private long nan = NONE;

  Sum() {}

  /** A sum that is there. */
  public static Sum of(long value) {
    return of(value, OptionalLong.empty());
  }

  /** A sum that is there, as {@link #value} and {@link #nan} have it. */
  public static Sum of(long value, OptionalLong nan) {
    Sum sum = new Sum();
    sum.complete(value, nan);
    return sum;
  }

  void complete(long found, OptionalLong firstNan) {
    value = found;
    nan = firstNan.orElse(NONE);
    done = true;
  }

  /** Whether it has arrived. */
  public boolean isDone() {
    return done;
  }

  /** The piece's part of its tensor's sum, wrapping. */
  public long value() {
    if (!done) {
      throw new IllegalStateException("The sum is on its way");
    }
    return value;
  }

  /**
   * Of a dequantized piece, the index within the weight of its first element that is NaN, of which
   * a GPU may write other bits than a CPU; empty if none is.
   */
  public OptionalLong nan() {
    return nan == NONE ? OptionalLong.empty() : OptionalLong.of(nan);
  }
}
