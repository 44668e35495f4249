package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The rows of two equal shapes by turns: row {@code 2j} is row {@code j} of {@code even}. */
public record Interleaved(Recipe even, Recipe odd) implements Recipe {
  /**
   * Checks that the parts fit.
   *
   * @throws IllegalArgumentException if they differ in dtype or shape
   */
  public Interleaved {
    if (even.dtype() != odd.dtype()
        || !even.shape().equals(odd.shape())
        || even.shape().isEmpty()) {
      throw new IllegalArgumentException("Parts differ: " + even + ", " + odd);
    }
  }

  @Override
  public DType dtype() {
    return even.dtype();
  }

  @Override
  public List<Long> shape() {
    List<Long> shape = new ArrayList<>(even.shape());
    shape.set(0, 2 * shape.get(0));
    return shape;
  }

  @Override
  public List<SourceRows> sources(long begin, long end) {
    if (begin >= end) {
      return List.of();
    }
    long first = begin / rowElements();
    long last = (end - 1) / rowElements();
    List<SourceRows> sources = new ArrayList<>(rows(even, (first + 1) / 2, last / 2));
    sources.addAll(rows(odd, first / 2, (last + 1) / 2 - 1));
    return sources;
  }

  private List<SourceRows> rows(Recipe half, long first, long last) {
    return half.sources(first * rowElements(), (last + 1) * rowElements());
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new Reader(this, checkpoint);
  }

  @Override
  public String toString() {
    return "interleaved(" + even + "; " + odd + ")";
  }

  /** Rows of two recipes by turns. */
  private static final class Reader implements RecipeReader {
    private final RecipeReader even;
    private final RecipeReader odd;
    private final long rowBytes;

    Reader(Interleaved recipe, CheckpointBytes checkpoint) {
      this.even = recipe.even().open(checkpoint);
      this.odd = recipe.odd().open(checkpoint);
      this.rowBytes = recipe.lengthBytes() / recipe.shape().get(0);
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
      int limit = target.limit();
      long offset = offsetBytes;
      while (target.position() < limit) {
        long row = offset / rowBytes;
        long inRow = offset % rowBytes;
        int length = (int) Math.min(rowBytes - inRow, limit - target.position());
        target.limit(target.position() + length);
        (row % 2 == 0 ? even : odd).read(row / 2 * rowBytes + inRow, target);
        offset += length;
      }
    }
  }
}
