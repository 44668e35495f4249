package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.util.List;

/** A recipe of which each element comes of the one at the same place in another. */
sealed interface Elementwise extends Recipe
    permits Cast, PlusOne, Either, UnlessEqual, Dequantized, Requantized {

  /** The other; of the same kind of elements, unless it is said otherwise. */
  Recipe part();

  /**
   * Checks that two have the same elements.
   *
   * @throws IllegalArgumentException if they differ in dtype or shape
   */
  static void requireAlike(Recipe one, Recipe other) {
    if (one.dtype() != other.dtype() || !one.shape().equals(other.shape())) {
      throw new IllegalArgumentException("Recipes differ: " + one + ", " + other);
    }
  }

  @Override
  default DType dtype() {
    return part().dtype();
  }

  @Override
  default List<Long> shape() {
    return part().shape();
  }

  @Override
  default List<SourceRows> sources(long begin, long end) {
    return part().sources(begin, end);
  }
}
