package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.nio.ByteBuffer;
import java.util.List;

/** Zeros: padding, and parameters that start as zeros and that the checkpoint does not have. */
public record Zeros(DType dtype, List<Long> shape) implements Recipe {
  /** Copies the shape. */
  public Zeros {
    shape = List.copyOf(shape);
  }

  @Override
  public List<SourceRows> sources(long begin, long end) {
    return List.of();
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return (offsetBytes, target) -> fill(target);
  }

  private static void fill(ByteBuffer target) {
    while (target.remaining() >= Long.BYTES) {
      target.putLong(0);
    }
    while (target.hasRemaining()) {
      target.put((byte) 0);
    }
  }

  @Override
  public String toString() {
    return "zeros " + shape;
  }
}
