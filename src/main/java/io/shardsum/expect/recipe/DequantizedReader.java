package io.shardsum.expect.recipe;

import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.Fp8PairException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Dequantizes piece by piece. */
final class DequantizedReader implements RecipeReader {
  private static final int PIECE_ELEMENTS = 32 * 1024;

  private final Dequantized recipe;
  private final RecipeReader weight;
  private final Fp8Dequantizer dequantizer;
  private final ByteBuffer piece = ByteBuffer.allocate(PIECE_ELEMENTS);

  DequantizedReader(Dequantized recipe, CheckpointBytes checkpoint) {
    this.recipe = recipe;
    this.weight = recipe.weight().open(checkpoint);
    RecipeReader scales = recipe.scales().open(checkpoint);
    this.dequantizer = new Fp8Dequantizer(recipe.blocks(), scales::read);
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    long element = offsetBytes / Short.BYTES;
    while (target.hasRemaining()) {
      int count = Math.min(PIECE_ELEMENTS, target.remaining() / Short.BYTES);
      piece.clear().limit(count);
      weight.read(element, piece);
      piece.flip();
      dequantize(element, target);
      element += count;
    }
  }

  private void dequantize(long element, ByteBuffer target) throws IOException {
    try {
      if (dequantizer.dequantize(piece, element, target).isPresent()) {
        throw new UnpredictableException(
            "a NaN among the elements of %s: its bits after the cast are not fixed"
                .formatted(recipe.weight()));
      }
    } catch (Fp8PairException e) {
      throw new UnpredictableException("the engine's own checksum fails: " + e.getMessage());
    }
  }
}
