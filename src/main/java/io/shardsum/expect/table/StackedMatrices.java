package io.shardsum.expect.table;

import io.shardsum.expect.recipe.Slice;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.expect.recipe.Span;
import java.util.List;

/** A tensor of the checkpoint with a matrix for each expert, seen as one matrix. */
final class StackedMatrices {
  private final SourceTensor rows;
  private final long each;

  /**
   * @param tensor of three dimensions
   */
  StackedMatrices(SourceTensor tensor) {
    List<Long> shape = tensor.shape();
    this.each = shape.get(1);
    this.rows = tensor.as(List.of(Math.multiplyExact(shape.get(0), each), shape.get(2)));
  }

  /** Rows and columns of one expert's matrix. */
  Slice slice(long expert, Span rowsOfIt, Span columns) {
    return new Slice(rows, new Span(expert * each + rowsOfIt.begin(), rowsOfIt.length()), columns);
  }
}
