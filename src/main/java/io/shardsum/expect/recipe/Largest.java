package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Collectors;

/** The largest of some numbers in float32, in each element of a shape: a scale. */
public record Largest(List<Recipe> numbers, List<Long> shape) implements Recipe {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there are no numbers, or one is not a single float32
   */
  public Largest {
    numbers = List.copyOf(numbers);
    shape = List.copyOf(shape);
    if (numbers.isEmpty()
        || numbers.stream().anyMatch(one -> one.dtype() != DType.F32 || one.elements() != 1)) {
      throw new IllegalArgumentException("Not numbers in F32: " + numbers);
    }
  }

  @Override
  public DType dtype() {
    return DType.F32;
  }

  /** All of them: which is the largest is known once they were read. */
  @Override
  public List<SourceRows> sources(long begin, long end) {
    return begin < end
        ? numbers.stream().flatMap(one -> one.sources(0, 1).stream()).toList()
        : List.of();
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return (offsetBytes, target) -> {
      byte[] element = largest(checkpoint).array();
      while (target.hasRemaining()) {
        target.put(element);
      }
    };
  }

  private ByteBuffer largest(CheckpointBytes checkpoint) throws IOException {
    ByteBuffer found = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    float largest = Float.NEGATIVE_INFINITY;
    for (Recipe number : numbers) {
      number.open(checkpoint).read(0, found.clear());
      largest = Math.max(largest, found.getFloat(0));
    }
    if (Float.isNaN(largest)) {
      throw new UnpredictableException("a NaN in " + this + ": its bits are not fixed");
    }
    return found.putFloat(0, largest);
  }

  @Override
  public String toString() {
    String of = numbers.stream().map(Recipe::toString).collect(Collectors.joining("; "));
    return "the largest of (" + of + ") as " + shape;
  }
}
