package io.shardsum.expect.recipe;

import java.io.IOException;
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
    if (part.dtype() != other.dtype() || !part.shape().equals(other.shape())) {
      throw new IllegalArgumentException("Recipes differ: " + part + ", " + other);
    }
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new Reader(this, checkpoint);
  }

  @Override
  public String toString() {
    return "either(" + part + "; " + other + ")";
  }

  /** Reads both, and compares them piece by piece. */
  private static final class Reader implements RecipeReader {
    private static final int PIECE_BYTES = 64 * 1024;

    private final Either either;
    private final RecipeReader one;
    private final RecipeReader other;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);

    Reader(Either either, CheckpointBytes checkpoint) {
      this.either = either;
      this.one = either.part().open(checkpoint);
      this.other = either.other().open(checkpoint);
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
      int limit = target.limit();
      long offset = offsetBytes;
      while (target.position() < limit) {
        int begin = target.position();
        int length = Math.min(PIECE_BYTES, limit - begin);
        target.limit(begin + length);
        one.read(offset, target);
        piece.clear().limit(length);
        other.read(offset, piece);
        if (!piece.flip().equals(target.slice(begin, length))) {
          throw new UnpredictableException(either.reason());
        }
        offset += length;
      }
    }
  }
}
