package io.shardsum.expect.recipe;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Elements of a recipe, each made of the one at the same place in a part, some at a time.
 *
 * @param part what is read
 * @param partBytes of an element of it
 * @param bytes of an element of the recipe
 */
record PiecewiseReader(RecipeReader part, int partBytes, int bytes, Step step, ByteBuffer piece)
    implements RecipeReader {
  private static final int PIECE_ELEMENTS = 32 * 1024;

  /** Makes elements. */
  interface Step {
    /**
     * Puts as many elements into {@code target} as there are in {@code piece}.
     *
     * @param element the first one's number
     * @param piece elements of the part
     */
    void make(long element, ByteBuffer piece, ByteBuffer target) throws IOException;
  }

  PiecewiseReader(Recipe part, Recipe whole, CheckpointBytes checkpoint, Step step) {
    this(
        part.open(checkpoint),
        part.dtype().bits() / Byte.SIZE,
        whole.dtype().bits() / Byte.SIZE,
        step,
        ByteBuffer.allocate(PIECE_ELEMENTS * (part.dtype().bits() / Byte.SIZE)));
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    long element = offsetBytes / bytes;
    while (target.hasRemaining()) {
      int count = Math.min(PIECE_ELEMENTS, target.remaining() / bytes);
      piece.clear().limit(count * partBytes);
      part.read(element * partBytes, piece);
      step.make(element, piece.flip(), target);
      element += count;
    }
  }
}
