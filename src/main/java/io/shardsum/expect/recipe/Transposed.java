package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.util.List;

/** The rows of a matrix as columns. */
public record Transposed(Recipe part) implements Recipe {
  private static final int DIMENSIONS = 2;

  /**
   * Checks the part.
   *
   * @throws IllegalArgumentException if it is no matrix
   */
  public Transposed {
    if (part.shape().size() != DIMENSIONS) {
      throw new IllegalArgumentException("Not a matrix: " + part);
    }
  }

  @Override
  public DType dtype() {
    return part.dtype();
  }

  @Override
  public List<Long> shape() {
    return List.of(part.shape().get(1), part.shape().get(0));
  }

  /** Of more than one row: all of the part's rows. */
  @Override
  public List<SourceRows> sources(long begin, long end) {
    if (begin >= end) {
      return List.of();
    }
    long row = begin / rowElements();
    if (row != (end - 1) / rowElements()) {
      return part.sources(0, part.elements());
    }
    long first = begin % rowElements();
    long last = (end - 1) % rowElements();
    return part.sources(first * part.rowElements() + row, last * part.rowElements() + row + 1);
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new TransposedReader(this, checkpoint);
  }

  @Override
  public String toString() {
    return part + " transposed";
  }
}
