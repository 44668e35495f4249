package io.shardsum.expect.recipe;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads both, and compares them piece by piece. */
final class EitherReader implements RecipeReader {
  private static final int PIECE_BYTES = 64 * 1024;

  private final Either either;
  private final RecipeReader one;
  private final RecipeReader other;
  private final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);

  EitherReader(Either either, CheckpointBytes checkpoint) {
    this.either = either;
    this.one = either.one().open(checkpoint);
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
