package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The published checkpoint that an engine was started with, and how it was started: what it must
 * hold follows from that. The words are the engine's; the package {@code expect} reads them.
 *
 * @param directory as {@code new org.apache.hadoop.fs.Path(directory)} reads it
 * @param runtime the engine's release, such as {@code sglang-0.5.23}
 * @param gpu the kind of GPU; empty: the usual one
 * @param dtype as the engine's flag says it; empty: not said
 * @param settings the engine's other flags, without dashes in front, and environment variables
 * @param whole patterns of names, {@code *} for anything: tensors that every rank holds as they
 *     are, by the description's own word
 */
public record CheckpointSpec(
    String directory,
    String runtime,
    Optional<String> gpu,
    Optional<String> dtype,
    Map<String, String> settings,
    List<String> whole) {

  /** Copies the settings and the patterns. */
  public CheckpointSpec {
    requireNonNull(directory, "directory is null");
    requireNonNull(runtime, "runtime is null");
    requireNonNull(gpu, "gpu is null");
    requireNonNull(dtype, "dtype is null");
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    whole = List.copyOf(whole);
  }
}
