package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.util.List;

/**
 * Two recipes of which the engine takes one, by a rule that is not known: predicted where both have
 * the same bytes.
 *
 * @param reason why it is one or the other, for where they differ
 */
public record Either(Recipe one, Recipe other, String reason) implements Recipe {
  /**
   * Checks that they can be equal.
   *
   * @throws IllegalArgumentException if they differ in dtype or shape
   */
  public Either {
    if (one.dtype() != other.dtype() || !one.shape().equals(other.shape())) {
      throw new IllegalArgumentException("Recipes differ: " + one + ", " + other);
    }
  }

  @Override
  public DType dtype() {
    return one.dtype();
  }

  @Override
  public List<Long> shape() {
    return one.shape();
  }

  /** Those of the first. */
  @Override
  public List<SourceRows> sources(long begin, long end) {
    return one.sources(begin, end);
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new EitherReader(this, checkpoint);
  }

  @Override
  public String toString() {
    return "either(" + one + "; " + other + ")";
  }
}
