package io.shardsum.expect.model;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An engine as it is started.
 *
 * @param dtype as the engine's flag says it; empty for {@code auto}
 * @param settings the engine's other flags, without dashes in front, and environment variables, by
 *     name; a flag without a value has an empty one
 * @param whole patterns of names, {@code *} for anything: what each rank holds as it is, where the
 *     model class is not known
 */
public record EngineSetup(
    EngineRelease release,
    Topology topology,
    Gpu gpu,
    Optional<String> dtype,
    Map<String, String> settings,
    List<String> whole) {

  /** Copies the settings and the patterns. */
  public EngineSetup {
    requireNonNull(release, "release is null");
    requireNonNull(topology, "topology is null");
    requireNonNull(gpu, "gpu is null");
    dtype = dtype.filter(name -> !name.equals("auto"));
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    whole = List.copyOf(whole);
  }

  public EngineSetup(
      EngineRelease release,
      Topology topology,
      Gpu gpu,
      Optional<String> dtype,
      Map<String, String> settings) {
    this(release, topology, gpu, dtype, settings, List.of());
  }
}
