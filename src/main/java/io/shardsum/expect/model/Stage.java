package io.shardsum.expect.model;

import io.shardsum.expect.recipe.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * A pipeline stage.
 *
 * @param index from 0
 * @param count how many stages there are
 * @param layers its layers, of all the model's
 */
public record Stage(int index, int count, Span layers) {

  public boolean isFirst() {
    return index == 0;
  }

  public boolean isLast() {
    return index == count - 1;
  }

  /** Stages of so many layers each. */
  static List<Stage> of(List<Long> sizes) {
    List<Stage> stages = new ArrayList<>();
    long begin = 0;
    for (long size : sizes) {
      stages.add(new Stage(stages.size(), sizes.size(), new Span(begin, size)));
      begin += size;
    }
    return stages;
  }
}
