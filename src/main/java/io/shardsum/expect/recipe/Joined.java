package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.util.ArrayList;
import java.util.List;

/** The rows of one part below those of the one before it. */
public record Joined(List<Recipe> parts) implements Recipe {
  /**
   * Copies the parts.
   *
   * @throws IllegalArgumentException if there are none, or they differ in dtype or columns
   */
  public Joined {
    parts = Parts.alike(parts);
  }

  /** The parts joined; one alone as it is. */
  public static Recipe of(List<Recipe> parts) {
    List<Recipe> some = parts.stream().filter(part -> part.lengthBytes() > 0).toList();
    if (some.isEmpty()) {
      return parts.get(0);
    }
    return some.size() == 1 ? some.get(0) : new Joined(some);
  }

  @Override
  public DType dtype() {
    return parts.get(0).dtype();
  }

  @Override
  public List<Long> shape() {
    List<Long> shape = new ArrayList<>(parts.get(0).shape());
    shape.set(0, parts.stream().mapToLong(part -> part.shape().get(0)).sum());
    return shape;
  }

  @Override
  public List<SourceRows> sources(long begin, long end) {
    return Parts.sources(parts, begin, end);
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new JoinedReader(parts, checkpoint);
  }

  @Override
  public String toString() {
    return Parts.shown("joined", parts);
  }
}
