package io.shardsum.expect.recipe;

import io.shardsum.text.ForeignText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of a tensor of the checkpoint, from which elements of an engine's tensor come.
 *
 * @param rows of a tensor of one dimension: its elements
 */
public record SourceRows(SourceTensor source, Span rows) {

  /** The same rows, those of one tensor as one run from the first to the last. */
  public static List<SourceRows> merged(List<SourceRows> all) {
    Map<SourceTensor, SourceRows> merged = new LinkedHashMap<>();
    for (SourceRows rows : all) {
      merged.merge(rows.source(), rows, SourceRows::and);
    }
    return new ArrayList<>(merged.values());
  }

  private SourceRows and(SourceRows other) {
    long begin = Math.min(rows.begin(), other.rows.begin());
    long end = Math.max(rows.end(), other.rows.end());
    return new SourceRows(source, new Span(begin, end - begin));
  }

  @Override
  public String toString() {
    return "%s %s of %s in %s"
        .formatted(
            rows.length() == 1 ? "row" : "rows",
            rows,
            ForeignText.shown(source.name()),
            ForeignText.shown(source.fileName()));
  }
}
