package io.shardsum.expect.recipe;

import io.shardsum.checksum.FloatCast;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Casts piece by piece. */
final class CastReader implements RecipeReader {
  private static final int PIECE_ELEMENTS = 16 * 1024;

  private final Cast cast;
  private final RecipeReader part;
  private final FloatCast rounding;
  private final int fromBytes;
  private final int toBytes;
  private final ByteBuffer piece;

  CastReader(Cast cast, CheckpointBytes checkpoint) {
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
