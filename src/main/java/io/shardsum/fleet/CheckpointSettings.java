package io.shardsum.fleet;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an engine, or {@code defaults}, may say of the checkpoint that engines are started with. */
record CheckpointSettings(
    Optional<String> checkpoint,
    Optional<String> runtime,
    Optional<String> gpu,
    Optional<String> dtype,
    Optional<Map<String, String>> set,
    Optional<List<String>> whole) {
  private static final String CHECKPOINT = "checkpoint";
  private static final List<String> HOW = List.of("runtime", "gpu", "dtype", "set", "expect");

  /** The keys of a description that are read here. */
  static final List<String> KEYS = List.of(CHECKPOINT, "runtime", "gpu", "dtype", "set", "expect");

  /** The keys of {@code expect}. */
  static final List<String> EXPECT_KEYS = List.of("whole");

  static final CheckpointSettings NONE =
      new CheckpointSettings(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  static CheckpointSettings read(YamlMapping mapping) {
    return new CheckpointSettings(
        mapping.text(CHECKPOINT),
        mapping.text("runtime"),
        mapping.text("gpu"),
        mapping.text("dtype"),
        mapping.settings("set"),
        mapping.mapping("expect", EXPECT_KEYS).flatMap(expect -> expect.texts("whole")));
  }

  /** These settings, and the others where these say nothing. */
  CheckpointSettings orElse(CheckpointSettings defaults) {
    return new CheckpointSettings(
        checkpoint.or(defaults::checkpoint),
        runtime.or(defaults::runtime),
        gpu.or(defaults::gpu),
        dtype.or(defaults::dtype),
        set.or(defaults::set),
        whole.or(defaults::whole));
  }

  /** Whether these say that the engine is a vLLM. */
  boolean isVllm() {
    return runtime.filter(name -> name.startsWith("vllm")).isPresent();
  }

  /**
   * The checkpoint of an engine; empty if it is not said.
   *
   * @param engine the mapping of the engine itself
   * @throws FleetException if it is said how it was started, but not with what, or the reverse
   */
  Optional<CheckpointSpec> spec(YamlMapping engine, Layout layout, String baseDirectory) {
    if (layout == Layout.CHECKPOINT && engine.has(CHECKPOINT)) {
      throw engine.faultAt(
          CHECKPOINT,
          "'checkpoint' does not apply to layout checkpoint: 'shards' names the checkpoint already");
    }
    if (checkpoint.isEmpty() || layout == Layout.CHECKPOINT) {
      HOW.stream()
          .filter(engine::has)
          .findFirst()
          .ifPresent(
              key -> {
                throw engine.faultAt(key, "'" + key + "' needs 'checkpoint'");
              });
      return Optional.empty();
    }
    String how =
        runtime.orElseThrow(
            () ->
                engine.fault(
                    "key 'runtime' is missing: what an engine makes of a checkpoint depends on its"
                        + " release"));
    try {
      return Optional.of(
          new CheckpointSpec(
              StorageLocation.resolve(checkpoint.get(), baseDirectory),
              how,
              gpu,
              dtype,
              set.orElse(Map.of()),
              whole.orElse(List.of())));
    } catch (FleetException e) {
      throw engine.fault(e.getMessage());
    }
  }
}
