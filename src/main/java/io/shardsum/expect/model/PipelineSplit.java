package io.shardsum.expect.model;

import io.shardsum.text.ForeignText;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/** How many layers each pipeline stage has. */
public final class PipelineSplit {
  private PipelineSplit() {}

  /**
   * As many on each stage, and one more on some.
   *
   * @param hasOneMore by the stage's number
   * @throws ExpectException if there are more stages than layers
   */
  public static List<Stage> even(long layers, int stages, LongPredicate hasOneMore) {
    requireLayers(layers, stages);
    return Stage.of(
        LongStream.range(0, stages)
            .mapToObj(stage -> layers / stages + (hasOneMore.test(stage) ? 1 : 0))
            .toList());
  }

  /**
   * As the engine is told.
   *
   * @param name of the setting
   * @param partition numbers of layers, by stage
   * @throws ExpectException if they are not, or do not add up to all layers
   */
  public static List<Stage> given(String name, String partition, long layers, int stages) {
    requireLayers(layers, stages);
    if (!partition.matches("(\\s*[0-9]{1,9}\\s*,)*\\s*[0-9]{1,9}\\s*")) {
      throw wrong(name, partition, layers, stages);
    }
    List<Long> sizes =
        Arrays.stream(partition.split(",", -1)).map(size -> Long.valueOf(size.strip())).toList();
    if (sizes.size() != stages || sizes.stream().mapToLong(Long::longValue).sum() != layers) {
      throw wrong(name, partition, layers, stages);
    }
    return Stage.of(sizes);
  }

  private static void requireLayers(long layers, int stages) {
    if (layers < stages) {
      throw new ExpectException(
          "pp is %s; expected at most the %s layers of the model".formatted(stages, layers));
    }
  }

  private static ExpectException wrong(String name, String partition, long layers, int stages) {
    return new ExpectException(
        "%s is %s; expected %s numbers of layers that add up to %s"
            .formatted(name, ForeignText.quoted(partition), stages, layers));
  }
}
