package io.shardsum.expect.recipe;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Whole rows lie in one run; of others each row is a run. */
final class SliceReader implements RecipeReader {
  private final Slice slice;
  private final CheckpointBytes checkpoint;
  private final long rowBytes;
  private final long sourceRowBytes;
  private final long firstBytes;

  SliceReader(Slice slice, CheckpointBytes checkpoint) {
    this.slice = slice;
    this.checkpoint = checkpoint;
    long elementBytes = slice.dtype().bits() / Byte.SIZE;
    this.rowBytes = slice.columns().length() * elementBytes;
    this.sourceRowBytes = slice.source().columns() * elementBytes;
    this.firstBytes =
        slice.rows().begin() * sourceRowBytes + slice.columns().begin() * elementBytes;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    if (slice.hasWholeRows()) {
      checkpoint.read(slice.source(), firstBytes + offsetBytes, target);
      return;
    }
    int limit = target.limit();
    long offset = offsetBytes;
    while (target.position() < limit) {
      long inRow = offset % rowBytes;
      int length = (int) Math.min(rowBytes - inRow, limit - target.position());
      target.limit(target.position() + length);
      checkpoint.read(
          slice.source(), firstBytes + offset / rowBytes * sourceRowBytes + inRow, target);
      offset += length;
    }
  }
}
