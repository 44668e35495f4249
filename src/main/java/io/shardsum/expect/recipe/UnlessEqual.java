package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.util.List;

/**
 * A tensor that the engine drops if it finds it equal to another, number by number: 0 equals -0,
 * and a NaN nothing. Whether it does is known once all bytes were read.
 */
public record UnlessEqual(Recipe part, Recipe other) implements Recipe {

  /**
   * Checks that the two can be compared.
   *
   * @throws IllegalArgumentException if they differ in dtype or shape
   */
  public UnlessEqual {
    if (part.dtype() != other.dtype() || !part.shape().equals(other.shape())) {
      throw new IllegalArgumentException("Parts differ: " + part + ", " + other);
    }
  }

  @Override
  public DType dtype() {
    return part.dtype();
  }

  @Override
  public List<Long> shape() {
    return part.shape();
  }

  @Override
  public List<SourceRows> sources(long begin, long end) {
    return part.sources(begin, end);
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new UnlessEqualReader(this, checkpoint);
  }

  @Override
  public String toString() {
    return part + " unless equal to " + other;
  }
}
