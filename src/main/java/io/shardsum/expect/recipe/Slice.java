package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Some rows, and of these some columns, of a tensor of the checkpoint.
 *
 * @param columns of a tensor of one dimension: the one column
 */
public record Slice(SourceTensor source, Span rows, Span columns) implements Recipe {
  private static final int SHOWN_CODE_POINTS = 200;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if the tensor has fewer rows or columns
   */
  public Slice {
    if (rows.end() > source.rows() || columns.end() > source.columns()) {
      throw new IllegalArgumentException(
          "Invalid slice: rows %s, columns %s of %s".formatted(rows, columns, source.shape()));
    }
  }

  public static Slice whole(SourceTensor source) {
    return new Slice(source, Span.whole(source.rows()), Span.whole(source.columns()));
  }

  /**
   * Of one matrix of several.
   *
   * @param source of three dimensions
   * @param rows of the matrix
   */
  public static Slice ofMatrix(SourceTensor source, long matrix, Span rows, Span columns) {
    long each = source.shape().get(1);
    SourceTensor flat =
        source.as(List.of(Math.multiplyExact(source.rows(), each), source.shape().get(2)));
    return new Slice(flat, new Span(matrix * each + rows.begin(), rows.length()), columns);
  }

  @Override
  public DType dtype() {
    return source.dtype();
  }

  @Override
  public List<Long> shape() {
    if (source.shape().isEmpty()) {
      return List.of();
    }
    List<Long> shape = new ArrayList<>(List.of(rows.length()));
    if (source.shape().size() > 1) {
      shape.addAll(
          hasWholeRows()
              ? source.shape().subList(1, source.shape().size())
              : List.of(columns.length()));
    }
    return shape;
  }

  @Override
  public List<SourceRows> sources(long begin, long end) {
    if (begin >= end) {
      return List.of();
    }
    long first = rows.begin() + begin / columns.length();
    long last = rows.begin() + (end - 1) / columns.length();
    return List.of(new SourceRows(source, new Span(first, last - first + 1)));
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new Reader(this, checkpoint);
  }

  boolean hasWholeRows() {
    return columns.isWhole(source.columns());
  }

  @Override
  public String toString() {
    String name = ForeignText.shown(source.name(), SHOWN_CODE_POINTS);
    if (hasWholeRows()) {
      return rows.isWhole(source.rows()) ? name : "rows " + rows + " of " + name;
    }
    return rows.isWhole(source.rows())
        ? "columns " + columns + " of " + name
        : "rows " + rows + ", columns " + columns + " of " + name;
  }

  /** Whole rows lie in one run; of others each row is a run. */
  private static final class Reader implements RecipeReader {
    private final Slice slice;
    private final CheckpointBytes checkpoint;
    private final long rowBytes;
    private final long sourceRowBytes;
    private final long firstBytes;

    Reader(Slice slice, CheckpointBytes checkpoint) {
      this.slice = slice;
      this.checkpoint = checkpoint;
      long elementBytes = slice.dtype().bits() / Byte.SIZE;
      this.rowBytes = slice.columns().length() * elementBytes;
      this.sourceRowBytes = slice.source().columns() * elementBytes;
      this.firstBytes =
          slice.rows().begin() * sourceRowBytes + slice.columns().begin() * elementBytes;
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
      if (slice.hasWholeRows()) {
        checkpoint.read(slice.source(), firstBytes + offsetBytes, target);
        return;
      }
      int limit = target.limit();
      long offset = offsetBytes;
      while (target.position() < limit) {
        long inRow = offset % rowBytes;
        int length = (int) Math.min(rowBytes - inRow, limit - target.position());
        target.limit(target.position() + length);
        checkpoint.read(
            slice.source(), firstBytes + offset / rowBytes * sourceRowBytes + inRow, target);
        offset += length;
      }
    }
  }
}
