package io.shardsum.expect.model;

import io.shardsum.text.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How many layers each pipeline stage has. */
public final class PipelineSplit {
  private PipelineSplit() {}

  /** SGLang: the last stages have one more, as many as layers are left over. */
  public static List<Stage> sglang(long layers, int stages, Optional<String> partition) {
    requireLayers(layers, stages);
    if (stages > 1 && partition.isPresent()) {
      return given("SGLANG_PP_LAYER_PARTITION", partition.get(), layers, stages);
    }
    List<Long> sizes = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      sizes.add(layers / stages + (stage >= stages - layers % stages ? 1 : 0));
    }
    return Stage.of(sizes);
  }

  /** vLLM: the stages before the last have one more, counted from the back. */
  public static List<Stage> vllm(long layers, int stages, Optional<String> partition) {
    requireLayers(layers, stages);
    if (partition.isPresent()) {
      return given("VLLM_PP_LAYER_PARTITION", partition.get(), layers, stages);
    }
    List<Long> sizes = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      int fromBack = stages - stage;
      boolean oneMore = fromBack >= 2 && fromBack < 2 + layers % stages;
      sizes.add(layers / stages + (oneMore ? 1 : 0));
    }
    return Stage.of(sizes);
  }

  private static void requireLayers(long layers, int stages) {
    if (layers < stages) {
      throw new ExpectException(
          "pp is %s; expected at most the %s layers of the model".formatted(stages, layers));
    }
  }

  private static List<Stage> given(String name, String partition, long layers, int stages) {
    List<Long> sizes = new ArrayList<>();
    try {
      for (String size : partition.split(",", -1)) {
        sizes.add(Long.parseLong(size.strip()));
      }
    } catch (NumberFormatException e) {
      throw wrong(name, partition, layers, stages);
    }
    long sum = sizes.stream().mapToLong(Long::longValue).sum();
    if (sizes.size() != stages || sum != layers || sizes.stream().anyMatch(size -> size < 0)) {
      throw wrong(name, partition, layers, stages);
    }
    return Stage.of(sizes);
  }

  private static ExpectException wrong(String name, String partition, long layers, int stages) {
    return new ExpectException(
        "%s is %s; expected %s numbers of layers that add up to %s"
            .formatted(name, ForeignText.quoted(partition), stages, layers));
  }
}
