package io.shardsum.expect.recipe;

import io.shardsum.checksum.FloatCast;
import io.shardsum.safetensors.DType;

/** Each element rounded to another kind, to the nearest, ties to even. */
public record Cast(Recipe part, DType dtype) implements Elementwise {
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
  public RecipeReader open(CheckpointBytes checkpoint) {
    FloatCast rounding = FloatCast.of(part.dtype(), dtype);
    return new PiecewiseReader(
        part,
        this,
        checkpoint,
        (element, piece, target) -> {
          if (!rounding.cast(piece, target)) {
            throw new UnpredictableException(
                "a NaN among the elements of %s: its bits after the cast are not fixed"
                    .formatted(part));
          }
        });
  }

  @Override
  public String toString() {
    return part + " as " + dtype;
  }
}
