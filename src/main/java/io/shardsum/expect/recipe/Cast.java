package io.shardsum.expect.recipe;

import io.shardsum.checksum.FloatCast;
import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;

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
    return new Reader(this, checkpoint);
  }

  @Override
  public String toString() {
    return part + " as " + dtype;
  }

  /** Casts piece by piece. */
  private static final class Reader implements RecipeReader {
    private static final int PIECE_ELEMENTS = 16 * 1024;

    private final Cast cast;
    private final RecipeReader part;
    private final FloatCast rounding;
    private final int fromBytes;
    private final int toBytes;
    private final ByteBuffer piece;

    Reader(Cast cast, CheckpointBytes checkpoint) {
      this.cast = cast;
      this.part = cast.part().open(checkpoint);
      this.rounding = FloatCast.of(cast.part().dtype(), cast.dtype());
      this.fromBytes = cast.part().dtype().bits() / Byte.SIZE;
      this.toBytes = cast.dtype().bits() / Byte.SIZE;
      this.piece = ByteBuffer.allocate(PIECE_ELEMENTS * fromBytes);
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
      long element = offsetBytes / toBytes;
      while (target.hasRemaining()) {
        int count = Math.min(PIECE_ELEMENTS, target.remaining() / toBytes);
        piece.clear().limit(count * fromBytes);
        part.read(element * fromBytes, piece);
        piece.flip();
        if (!rounding.cast(piece, target)) {
          throw new UnpredictableException(
              "a NaN among the elements of %s: its bits after the cast are not fixed"
                  .formatted(cast.part()));
        }
        element += count;
      }
    }
  }
}
