package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Whole numbers that the engine computes from its configuration. */
public record Numbers(List<Long> values, List<Long> shape) implements Recipe {
  private static final int SHOWN = 8;

  /** Copies the lists. */
  public Numbers {
    values = List.copyOf(values);
    shape = List.copyOf(shape);
  }

  @Override
  public DType dtype() {
    return DType.I64;
  }

  @Override
  public List<SourceRows> sources(long begin, long end) {
    return List.of();
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(lengthBytes())).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(bytes::putLong);
    return (offsetBytes, target) ->
        target.put(bytes.slice(Math.toIntExact(offsetBytes), target.remaining()));
  }

  @Override
  public String toString() {
    return values.size() <= SHOWN
        ? "numbers " + values
        : "%s numbers from %s to %s"
            .formatted(values.size(), values.get(0), values.get(values.size() - 1));
  }
}
