package io.shardsum.expect.recipe;

import io.shardsum.checksum.BlockFp8;
import io.shardsum.checksum.Fp8PairException;
import io.shardsum.safetensors.DType;
import java.util.List;

/** Block-quantized FP8 with its scales, as the engine's checksum sees it: in bf16. */
public record Dequantized(Recipe weight, Recipe scales) implements Recipe {

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

  @Override
  public List<Long> shape() {
    return weight.shape();
  }

  BlockFp8 blocks() {
    try {
      return BlockFp8.of(weight.shape(), scales.dtype(), scales.shape());
    } catch (Fp8PairException e) {
      throw new UnpredictableException("the engine's own checksum fails: " + e.getMessage());
    }
  }

  @Override
  public List<SourceRows> sources(long begin, long end) {
    return weight.sources(begin, end);
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new DequantizedReader(this, checkpoint);
  }

  @Override
  public String toString() {
    return "dequantized(" + weight + "; scales " + scales + ")";
  }
}
