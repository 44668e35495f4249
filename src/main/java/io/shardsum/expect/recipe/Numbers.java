package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.LongStream;

/** Whole numbers that the engine computes from its configuration. */
public record Numbers(List<Long> values, List<Long> shape) implements Recipe {
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

  /** All of them, since recipes of the same text are the same. */
  @Override
  public String toString() {
    boolean isCount = values.equals(LongStream.range(0, values.size()).boxed().toList());
    return isCount ? "numbers 0 to " + (values.size() - 1) : "numbers " + values;
  }
}
