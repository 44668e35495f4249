package io.shardsum.expect.table;

import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.recipe.Numbers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Which of three axes each lane of a rotary embedding follows: a buffer that engines compute. */
final class AxisMap {
  private static final int AXES = 3;

  private AxisMap() {}

  /**
   * The map.
   *
   * @param config with {@code rope_parameters}, or {@code rope_scaling} as it was called
   * @param headDim elements of a head
   * @return empty if the lanes are not divided among axes
   */
  static Optional<Numbers> of(ModelConfig config, long headDim) {
    ModelConfig rope =
        config
            .object("rope_parameters")
            .or(() -> config.object("rope_scaling"))
            .orElse(ModelConfig.EMPTY);
    List<Long> sections = new ArrayList<>(rope.numbers("mrope_section"));
    if (sections.isEmpty()) {
      return Optional.empty();
    }
    if (sections.size() != AXES) {
      throw new ExpectException(
          "config.json: mrope_section is %s; expected 3 numbers".formatted(sections));
    }
    double factor =
        rope.number("partial_rotary_factor")
            .or(() -> config.number("partial_rotary_factor"))
            .orElse(1.0);
    int lanes = (int) (headDim * factor) / 2;
    rescale(sections, lanes);
    List<Long> map = new ArrayList<>(Collections.nCopies(lanes, 0L));
    if (rope.flag("mrope_interleaved")) {
      for (int axis = 1; axis < AXES; axis++) {
        for (int lane = axis; lane < Math.min(AXES * sections.get(axis), lanes); lane += AXES) {
          map.set(lane, (long) axis);
        }
      }
    } else {
      int lane = 0;
      for (int axis = 0; axis < sections.size(); axis++) {
        for (long count = 0; count < sections.get(axis) && lane < lanes; count++) {
          map.set(lane++, (long) axis);
        }
      }
    }
    return Optional.of(new Numbers(map, List.of((long) lanes)));
  }

  /** So that they add up to the lanes, as the engine does it. */
  private static void rescale(List<Long> sections, int lanes) {
    long sum = sections.stream().mapToLong(Long::longValue).sum();
    double factor = (double) lanes / sum;
    if (sum != lanes) {
      sections.replaceAll(section -> Math.max(1, (long) (section * factor)));
      sections.set(2, lanes - sections.get(0) - sections.get(1));
    }
    if (sections.stream().anyMatch(section -> section < 0)) {
      throw new ExpectException(
          "config.json: mrope_section does not fit into %s lanes".formatted(lanes));
    }
  }
}
