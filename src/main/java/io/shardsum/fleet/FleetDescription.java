package io.shardsum.fleet;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A fleet as it is described: what should be there.
 *
 * @param fleet its name
 * @param engines whose files are read, each name once, in the order of the description
 * @param live engines that are asked; one that has files, too, has the same name in both lists
 * @param checkpoints what engines were started with, by name, where that is said
 */
public record FleetDescription(
    String fleet,
    List<EngineSpec> engines,
    List<LiveSpec> live,
    Map<String, CheckpointSpec> checkpoints) {
  /**
   * Checks that there is something to check.
   *
   * @throws FleetException if the name is empty, there is no engine, or two have the same name
   */
  public FleetDescription {
    engines = List.copyOf(engines);
    live = List.copyOf(live);
    checkpoints = Map.copyOf(checkpoints);
    if (fleet.isEmpty()) {
      throw new FleetException("the fleet's name is empty");
    }
    if (engines.isEmpty() && live.isEmpty()) {
      throw new FleetException("the fleet has no engine");
    }
    requireDifferent(engines.stream().map(EngineSpec::name).toList());
    requireDifferent(live.stream().map(LiveSpec::engine).toList());
  }

  /** A fleet of files alone. */
  public FleetDescription(String fleet, List<EngineSpec> engines) {
    this(fleet, engines, List.of());
  }

  /** A fleet of which it is not said what the engines were started with. */
  public FleetDescription(String fleet, List<EngineSpec> engines, List<LiveSpec> live) {
    this(fleet, engines, live, Map.of());
  }

  private static void requireDifferent(List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new FleetException("two engines have the name " + MessageText.quoted(name));
      }
    }
  }

  /**
   * Reads a description.
   *
   * @param sourceName what messages call the text, such as {@code fleet.yaml}
   * @param baseDirectory where relative {@code shards} start: a local path or one with a scheme
   * @throws FleetException if the text is not a description; the message gives the line
   */
  public static FleetDescription parse(String yamlText, String sourceName, String baseDirectory) {
    return new FleetYaml(sourceName, baseDirectory).read(yamlText);
  }

  /**
   * Reads a description from a local file; relative {@code shards} start at its directory.
   *
   * @throws FleetException as {@link #parse}, or if the file cannot be read
   */
  public static FleetDescription load(Path file) {
    return FleetYaml.load(file);
  }

  /** The hosts on whose disks engines lie, each once, in the order of the description. */
  public List<String> hosts() {
    return engines.stream()
        .flatMap(engine -> engine.visibility().hosts().stream())
        .distinct()
        .toList();
  }

  /** The same fleet with one digest for all of its engines. */
  public FleetDescription withDigest(Digest digest) {
    return new FleetDescription(
        fleet,
        engines.stream().map(engine -> engine.withDigest(digest)).toList(),
        live.stream().map(engine -> engine.withDigest(digest)).toList(),
        checkpoints);
  }

  /** The same fleet with one digest for all files. */
  public FleetDescription withFileDigest(FileDigest digest) {
    return new FleetDescription(
        fleet,
        engines.stream().map(engine -> engine.withFileDigest(digest)).toList(),
        live,
        checkpoints);
  }

  /** The same fleet with these of its engines only, in the order of the description. */
  public FleetDescription only(Collection<String> names) {
    return new FleetDescription(
        fleet,
        engines.stream().filter(engine -> names.contains(engine.name())).toList(),
        live.stream().filter(engine -> names.contains(engine.engine())).toList(),
        ofOnly(names, checkpoints));
  }

  static Map<String, CheckpointSpec> ofOnly(
      Collection<String> names, Map<String, CheckpointSpec> checkpoints) {
    Map<String, CheckpointSpec> only = new HashMap<>(checkpoints);
    only.keySet().retainAll(names);
    return only;
  }
}
