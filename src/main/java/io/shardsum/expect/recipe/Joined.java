package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
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
    return reader(parts, checkpoint);
  }

  static RecipeReader reader(List<Recipe> parts, CheckpointBytes checkpoint) {
    return new Reader(parts, checkpoint);
  }

  @Override
  public String toString() {
    return Parts.shown("joined", parts);
  }

  /** Parts one after another. Only the part that was read last stays open. */
  private static final class Reader implements RecipeReader {
    private final List<Recipe> parts;
    private final CheckpointBytes checkpoint;
    private final long[] begins;
    private int openPart = -1;
    private RecipeReader open;

    Reader(List<Recipe> parts, CheckpointBytes checkpoint) {
      this.parts = parts;
      this.checkpoint = checkpoint;
      this.begins = new long[parts.size() + 1];
      for (int index = 0; index < parts.size(); index++) {
        begins[index + 1] = begins[index] + parts.get(index).lengthBytes();
      }
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
      int limit = target.limit();
      long offset = offsetBytes;
      while (target.position() < limit) {
        int index = partAt(offset);
        int length = (int) Math.min(begins[index + 1] - offset, limit - target.position());
        target.limit(target.position() + length);
        opened(index).read(offset - begins[index], target);
        offset += length;
      }
    }

    private int partAt(long offset) {
      int found = Arrays.binarySearch(begins, offset);
      int index = found < 0 ? -found - 2 : found;
      while (begins[index + 1] == offset) {
        index++;
      }
      return index;
    }

    private RecipeReader opened(int index) {
      if (index != openPart) {
        open = parts.get(index).open(checkpoint);
        openPart = index;
      }
      return open;
    }
  }
}
