package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
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
    return new SliceReader(this, checkpoint);
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
}
