package io.shardsum.expect;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.safetensors.DType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A checkpoint of a configuration and of names and shapes, with the engine that it is for: enough
 * to plan with, as long as no weights are read.
 *
 * @param config the configuration, in single quotes
 */
public record PlannedCheckpoint(String config, Map<String, SourceTensor> tensors) {

  public static PlannedCheckpoint of(String config) {
    return new PlannedCheckpoint(config, Map.of());
  }

  /** With one more tensor, in bfloat16. */
  public PlannedCheckpoint with(String name, Long... shape) {
    Map<String, SourceTensor> more = new TreeMap<>(tensors);
    more.put(
        name, new SourceTensor(name, DType.BF16, List.of(shape), 0, "model.safetensors", 1024));
    return new PlannedCheckpoint(config, more);
  }

  /** The configuration, read. */
  public static ModelConfig parsed(String config) {
    return ModelConfig.parse(config.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What an SGLang engine must hold.
   *
   * @param words {@code tp=2}, {@code pp}, {@code ep}, {@code attn-dp}, {@code gpu=sm100}, {@code
   *     dtype}, or settings
   */
  public Expectation expect(String... words) {
    Map<String, String> given =
        Arrays.stream(words)
            .filter(word -> !word.isEmpty())
            .map(word -> word.split("=", 2))
            .collect(Collectors.toMap(word -> word[0], word -> word[1], (a, b) -> b, TreeMap::new));
    Topology topology =
        new Topology(
            size(given, "tp"), size(given, "pp"), size(given, "ep"), size(given, "attn-dp"));
    Gpu gpu = "sm100".equals(given.remove("gpu")) ? Gpu.SM100 : Gpu.SM90;
    Optional<String> dtype = Optional.ofNullable(given.remove("dtype"));
    EngineSetup setup = new EngineSetup(EngineRelease.SGLANG_0_5_23, topology, gpu, dtype, given);
    return Expectation.of(checkpoint(), setup);
  }

  Checkpoint checkpoint() {
    return new Checkpoint(
        "/models/planned", parsed(config), List.of(), tensors, List.of(), false, false);
  }

  private static int size(Map<String, String> given, String name) {
    String size = given.remove(name);
    return size == null ? 1 : Integer.parseInt(size);
  }
}
