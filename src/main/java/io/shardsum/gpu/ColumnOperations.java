package io.shardsum.gpu;

import java.util.List;

/**
 * What the checksum needs of columns of unsigned numbers, 32 or 64 bits wide: the operations of
 * cuDF, and no more of them than are used.
 *
 * <p>No operation changes a column that it is given. Each makes a new one, of the width of its
 * first argument where nothing else is said, which the caller closes. Numbers wrap at their width.
 *
 * @param <C> a column
 */
interface ColumnOperations<C> {

  /** A column of 32-bit numbers that come from the host. */
  C numbers(int... numbers);

  /**
   * Arithmetic progressions, one behind the other: progression {@code k} has {@code lengths[k]}
   * numbers, begins with {@code starts[k]}, and grows by {@code step}.
   */
  C progressions(C starts, int step, C lengths);

  /** The bits that differ. */
  C xor(C left, C right);

  /** Moves bits to the right; zeros move in. */
  C shiftRight(C numbers, int bits);

  /** Moves bits to the left; zeros move in. */
  C shiftLeft(C numbers, int bits);

  /**
   * The products with a factor.
   *
   * @param factor of which the width of {@code numbers} counts
   */
  C multiply(C numbers, long factor);

  /** 32-bit numbers as 64-bit numbers of the same value. */
  C widen(C numbers);

  /**
   * The sums of segments that follow each other; that of an empty segment is 0.
   *
   * @param offsets where each segment begins, and at last where the last one ends
   */
  C sums(C numbers, C offsets);

  /** The numbers of several columns, one behind the other. */
  C concatenate(List<C> columns);

  /** Gives back a column's memory. */
  void close(C column);
}
