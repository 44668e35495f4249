package io.shardsum.expect.recipe;

import java.nio.ByteBuffer;

/**
 * Two recipes of which the engine takes one, by a rule that is not known: predicted where both have
 * the same bytes.
 *
 * @param reason why it is one or the other, for where they differ
 */
public record Either(Recipe part, Recipe other, String reason) implements Elementwise {
  /**
   * Checks that they can be equal.
   *
   * @throws IllegalArgumentException if they differ in dtype or shape
   */
  public Either {
    Elementwise.requireAlike(part, other);
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    RecipeReader one = part.open(checkpoint);
    int bytes = dtype().bits() / Byte.SIZE;
    return new PiecewiseReader(
        other,
        this,
        checkpoint,
        (element, piece, target) -> {
          ByteBuffer read = target.slice(target.position(), piece.remaining());
          one.read(element * bytes, read);
          if (!piece.equals(read.flip())) {
            throw new UnpredictableException(reason);
          }
          target.position(target.position() + piece.remaining());
        });
  }

  @Override
  public String toString() {
    return "either(" + part + "; " + other + ")";
  }
}
