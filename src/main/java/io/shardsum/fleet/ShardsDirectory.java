package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;

/**
 * A directory of engines without a description: each sub-directory that holds shards or a
 * checkpoint is an engine of that name, or the directory itself where no sub-directory is one. A
 * sub-directory of an engine named {@code draft} or {@code draft_*} is a draft of that role.
 *
 * <p>Engines whose files have the same structure are taken for copies of one model, and the most
 * ranks found among them are expected of all. That sees a lost rank only where a copy still has it.
 *
 * @param directory a local path, relative or not, or one with a scheme
 * @param tp tensor-parallel size of all sharded engines; empty means as found
 * @param pp pipeline stages of all sharded engines; empty means as found
 * @param ignored files in the engines' directories that are neither read nor named
 * @param visibility which hosts see the files, where they are local
 */
public record ShardsDirectory(
    String directory,
    OptionalInt tp,
    OptionalInt pp,
    Digest digest,
    FileDigest fileDigest,
    SkipProfile profile,
    IgnoredFiles ignored,
    Visibility visibility) {
  /**
   * Checks the sizes.
   *
   * @throws FleetException if the directory is empty or a size is not one
   */
  public ShardsDirectory {
    if (directory.isEmpty()) {
      throw new FleetException("the directory of shards is empty");
    }
    new Parallelism(tp.orElse(1), pp.orElse(1), 1);
    requireNonNull(digest, "digest is null");
    requireNonNull(fileDigest, "fileDigest is null");
    requireNonNull(profile, "profile is null");
    requireNonNull(ignored, "ignored is null");
    requireNonNull(visibility, "visibility is null");
  }

  /** Whether a location is this directory or lies below it. */
  public boolean holds(String location) {
    return StorageLocation.isWithin(
        StorageLocation.resolve(location, ""), StorageLocation.resolve(directory, ""));
  }

  /**
   * Lists the directory and its sub-directories, each once, and gives every engine its ranks.
   *
   * @throws FleetException if the directory cannot be listed or holds no engine
   */
  public Inventory inventory(Configuration conf, StructureReader structures) {
    Connectors.require("--shards", directory, conf);
    FoundEngines found = FoundEngines.in(StorageLocation.resolve(directory, ""), ignored, conf);
    List<SizedEngine> engines =
        BoundedPool.map(found.engines(), engine -> SizedEngine.of(engine, this, structures));
    Map<SizedEngine.Likeness, Extent> largest = new HashMap<>();
    for (SizedEngine engine : engines) {
      largest.merge(engine.likeness(), engine.extent(), Extent::max);
    }
    StructureLabels labels =
        new StructureLabels(
            engines.stream().flatMap(engine -> engine.likeness().structure().stream()).toList());
    List<ListedEngine> listed = new ArrayList<>();
    for (SizedEngine engine : engines) {
      listed.add(engine.listed(this, largest.get(engine.likeness()), labels));
    }
    List<Problem> problems = new ArrayList<>(found.problems());
    if (tp.isEmpty()) {
      problems.add(
          new Problem(
              ProblemKind.RANKS_INFERRED,
              "number of ranks not given; using the largest number found for each model"
                  + " (set --tp N, or describe the fleet)",
              directory));
    }
    return new Inventory(found.name(), ListedEngine.withUnreadWeights(listed), problems);
  }
}
