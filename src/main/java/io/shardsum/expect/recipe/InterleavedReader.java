package io.shardsum.expect.recipe;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Rows of two recipes by turns. */
final class InterleavedReader implements RecipeReader {
  private final RecipeReader even;
  private final RecipeReader odd;
  private final long rowBytes;

  InterleavedReader(Interleaved recipe, CheckpointBytes checkpoint) {
    this.even = recipe.even().open(checkpoint);
    this.odd = recipe.odd().open(checkpoint);
    this.rowBytes = recipe.lengthBytes() / recipe.shape().get(0);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    int limit = target.limit();
    long offset = offsetBytes;
    while (target.position() < limit) {
      long row = offset / rowBytes;
      long inRow = offset % rowBytes;
      int length = (int) Math.min(rowBytes - inRow, limit - target.position());
      target.limit(target.position() + length);
      (row % 2 == 0 ? even : odd).read(row / 2 * rowBytes + inRow, target);
      offset += length;
    }
  }
}
