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
    Fp8Dequantizer dequantizer = new Fp8Dequantizer(blocks(), scales.open(checkpoint)::read);
    return new PiecewiseReader(
        part,
        this,
        checkpoint,
        (element, piece, target) -> dequantize(dequantizer, element, piece, target));
  }

  private void dequantize(
      Fp8Dequantizer dequantizer, long element, ByteBuffer piece, ByteBuffer target)
      throws IOException {
    try {
      if (dequantizer.dequantize(piece, element, target).isPresent()) {
        throw new UnpredictableException(
            "a NaN among the elements of %s: its bits after the cast are not fixed"
                .formatted(part));
      }
    } catch (Fp8PairException e) {
      throw new UnpredictableException("the engine's own checksum fails: " + e.getMessage());
    }
  }

  @Override
  public String toString() {
    return "dequantized(" + part + "; scales " + scales + ")";
  }
}
