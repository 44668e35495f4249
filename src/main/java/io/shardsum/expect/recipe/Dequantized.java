package io.shardsum.expect.recipe;

import io.shardsum.checksum.BlockFp8;
import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.Fp8PairException;
import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Block-quantized FP8 with its scales, as the engine's checksum sees it: in bf16. */
public record Dequantized(Recipe part, Recipe scales) implements Elementwise {

  /**
   * The pair.
   *
   * @throws UnpredictableException if the engine's checksum cannot dequantize it
   */
  public static Dequantized of(Recipe weight, Recipe scales) {
    Dequantized pair = new Dequantized(weight, scales);
    pair.blocks();
    return pair;
  }

  @Override
  public DType dtype() {
    return BlockFp8.DEQUANTIZED;
  }

  BlockFp8 blocks() {
    try {
      return BlockFp8.of(part.shape(), scales.dtype(), scales.shape());
    } catch (Fp8PairException e) {
      throw new UnpredictableException("the engine's own checksum fails: " + e.getMessage());
    }
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new Reader(this, checkpoint);
  }

  @Override
  public String toString() {
    return "dequantized(" + part + "; scales " + scales + ")";
  }

  /** Dequantizes piece by piece. */
  private static final class Reader implements RecipeReader {
    private static final int PIECE_ELEMENTS = 32 * 1024;

    private final Dequantized recipe;
    private final RecipeReader weight;
    private final Fp8Dequantizer dequantizer;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE_ELEMENTS);

    Reader(Dequantized recipe, CheckpointBytes checkpoint) {
      this.recipe = recipe;
      this.weight = recipe.part().open(checkpoint);
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
                  .formatted(recipe.part()));
        }
      } catch (Fp8PairException e) {
        throw new UnpredictableException("the engine's own checksum fails: " + e.getMessage());
      }
    }
  }
}
