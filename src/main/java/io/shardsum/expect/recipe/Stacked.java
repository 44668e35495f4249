package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.util.ArrayList;
import java.util.List;

/** Equal shapes along a new first dimension: the experts of a layer. */
public record Stacked(List<Recipe> parts) implements Recipe {
  /**
   * Copies the parts.
   *
   * @throws IllegalArgumentException if there are none, or they differ in dtype or shape
   */
  public Stacked {
    parts = Parts.alike(parts);
    for (Recipe part : parts) {
      if (!part.shape().equals(parts.get(0).shape())) {
        throw new IllegalArgumentException("Parts differ in shape: " + parts);
      }
    }
  }

  @Override
  public DType dtype() {
    return parts.get(0).dtype();
  }

  @Override
  public List<Long> shape() {
    List<Long> shape = new ArrayList<>(parts.get(0).shape());
    shape.add(0, (long) parts.size());
    return shape;
  }

  @Override
  public List<SourceRows> sources(long begin, long end) {
    return Parts.sources(parts, begin, end);
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return Joined.reader(parts, checkpoint);
  }

  @Override
  public String toString() {
    return Parts.shown("stacked", parts);
  }
}
