package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.util.List;

/**
 * A dequantized weight that was quantized again when it was loaded, with powers of two as scales;
 * in bf16, as the engine's checksum sees it.
 */
public record Requantized(Dequantized part) implements Recipe {
  private static final long PACKED_ROWS = 128;

  /**
   * The weight after loading.
   *
   * @throws UnpredictableException if the engine's checksum cannot dequantize it
   */
  public static Requantized of(Dequantized part) {
    long rows = part.shape().get(part.shape().size() - 2);
    if (rows % PACKED_ROWS != 0) {
      throw new UnpredictableException(
          "the engine's own checksum fails: it needs a multiple of 128 rows where scales are packed,"
              + " found "
              + rows);
    }
    return new Requantized(part);
  }

  @Override
  public DType dtype() {
    return part.dtype();
  }

  @Override
  public List<Long> shape() {
    return part.shape();
  }

  @Override
  public List<SourceRows> sources(long begin, long end) {
    return part.sources(begin, end);
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new RequantizedReader(this, checkpoint);
  }

  @Override
  public String toString() {
    return "requantized(" + part + ")";
  }
}
