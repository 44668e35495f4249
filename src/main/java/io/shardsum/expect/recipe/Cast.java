package io.shardsum.expect.recipe;

import io.shardsum.checksum.FloatCast;
import io.shardsum.safetensors.DType;
import java.util.List;

/** Each element rounded to another kind, to the nearest, ties to even. */
public record Cast(Recipe part, DType dtype) implements Recipe {
  /**
   * Checks that there is such a cast.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Cast {
    FloatCast.of(part.dtype(), dtype);
  }

  /**
   * The recipe with elements of that kind; itself if it has them.
   *
   * @throws UnpredictableException if the cast is not known
   */
  public static Recipe to(DType dtype, Recipe recipe) {
    if (recipe.dtype() == dtype) {
      return recipe;
    }
    if (!FloatCast.exists(recipe.dtype(), dtype)) {
      throw new UnpredictableException(
          "%s is %s; expected BF16, F16 or F32, to become %s"
              .formatted(recipe, recipe.dtype(), dtype));
    }
    return new Cast(recipe, dtype);
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
    return new CastReader(this, checkpoint);
  }

  @Override
  public String toString() {
    return part + " as " + dtype;
  }
}
