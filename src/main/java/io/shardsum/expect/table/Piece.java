package io.shardsum.expect.table;

import io.shardsum.expect.recipe.Span;
import java.util.List;

/**
 * The part of one of the checkpoint's tensors that a rank holds. A tensor of more than two
 * dimensions counts as one of rows.
 *
 * @param name in the checkpoint; of a linear module without {@code .weight}
 * @param shape of the whole tensor
 * @param rows those held, of all that there are
 * @param zeroRows below them
 * @param columns those held
 * @param zeroColumns behind them
 */
record Piece(
    String name, List<Long> shape, Span rows, long zeroRows, Span columns, long zeroColumns) {

  /** The same part without zeros, whole in its columns: of a bias. */
  Piece ofBias() {
    return new Piece(name + ".bias", shape.subList(0, 1), rows, zeroRows, Span.whole(1), 0);
  }

  Piece named(String other) {
    return new Piece(other, shape, rows, zeroRows, columns, zeroColumns);
  }

  /** The elements of a row. */
  static long columns(List<Long> shape) {
    return shape.stream().skip(1).reduce(1L, Math::multiplyExact);
  }

  boolean hasWholeRows() {
    return rows.isWhole(shape.get(0)) && zeroRows == 0;
  }

  boolean hasWholeColumns() {
    return columns.isWhole(columns(shape)) && zeroColumns == 0;
  }
}
