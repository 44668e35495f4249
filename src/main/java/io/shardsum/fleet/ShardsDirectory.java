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
 */
public record ShardsDirectory(
    String directory, OptionalInt tp, OptionalInt pp, Digest digest, SkipProfile profile) {
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
    requireNonNull(profile, "profile is null");
  }

  /**
   * Lists the directory and its sub-directories, each once, and gives every engine its ranks.
   *
   * @throws FleetException if the directory cannot be listed or holds no engine
   */
  public Inventory inventory(Configuration conf, StructureReader structures) {
    FoundEngines found = FoundEngines.in(StorageLocation.resolve(directory, ""), conf);
    List<SizedEngine> engines =
        BoundedPool.map(found.engines(), engine -> SizedEngine.of(engine, this, structures));
    Map<SizedEngine.Likeness, Extent> largest = new HashMap<>();
    for (SizedEngine engine : engines) {
      largest.merge(engine.likeness(), engine.extent(), Extent::max);
    }
    StructureLabels labels =
        new StructureLabels(
            engines.stream().flatMap(engine -> engine.likeness().structure().stream()).toList());
    List<EngineInventory> inventories = new ArrayList<>();
    for (SizedEngine engine : engines) {
      inventories.add(engine.inventory(this, largest.get(engine.likeness()), labels));
    }
    List<Problem> problems = new ArrayList<>(found.problems());
    if (tp.isEmpty()) {
      problems.add(
          new Problem(
              ProblemKind.RANKS_INFERRED,
              "nothing says how many ranks there must be: as many as the fullest copy of a model has;"
                  + " --tp N, or a description of the fleet, says it",
              directory));
    }
    return new Inventory(found.name(), inventories, problems);
  }
}
