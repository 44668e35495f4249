package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.util.ArrayList;
import java.util.List;

/** The rows of two equal shapes by turns: row {@code 2j} is row {@code j} of {@code even}. */
public record Interleaved(Recipe even, Recipe odd) implements Recipe {
  /**
   * Checks that the parts fit.
   *
   * @throws IllegalArgumentException if they differ in dtype or shape
   */
  public Interleaved {
    if (even.dtype() != odd.dtype()
        || !even.shape().equals(odd.shape())
        || even.shape().isEmpty()) {
      throw new IllegalArgumentException("Parts differ: " + even + ", " + odd);
    }
  }

  @Override
  public DType dtype() {
    return even.dtype();
  }

  @Override
  public List<Long> shape() {
    List<Long> shape = new ArrayList<>(even.shape());
    shape.set(0, 2 * shape.get(0));
    return shape;
  }

  @Override
  public List<SourceRows> sources(long begin, long end) {
    if (begin >= end) {
      return List.of();
    }
    long first = begin / rowElements();
    long last = (end - 1) / rowElements();
    List<SourceRows> sources = new ArrayList<>(rows(even, (first + 1) / 2, last / 2));
    sources.addAll(rows(odd, first / 2, (last + 1) / 2 - 1));
    return sources;
  }

  private List<SourceRows> rows(Recipe half, long first, long last) {
    return half.sources(first * rowElements(), (last + 1) * rowElements());
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new InterleavedReader(this, checkpoint);
  }

  @Override
  public String toString() {
    return "interleaved(" + even + "; " + odd + ")";
  }
}
