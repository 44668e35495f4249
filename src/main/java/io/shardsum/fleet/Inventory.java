package io.shardsum.fleet;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * What was found of a fleet: every described engine, every expected rank.
 *
 * @param problems that belong to no engine; only a {@link ShardsDirectory} has them
 * @param live engines that are to be asked
 * @param checkpoints what engines were started with, by name, where that is said
 */
public record Inventory(
    String fleet,
    List<EngineInventory> engines,
    List<Problem> problems,
    List<LiveSpec> live,
    Map<String, CheckpointSpec> checkpoints) {
  public Inventory {
    engines = List.copyOf(engines);
    problems = List.copyOf(problems);
    live = List.copyOf(live);
    checkpoints = Map.copyOf(checkpoints);
  }

  /** Of files alone. */
  public Inventory(String fleet, List<EngineInventory> engines, List<Problem> problems) {
    this(fleet, engines, problems, List.of(), Map.of());
  }

  /**
   * Lists the directories of a fleet, several engines at a time and each directory once. What
   * cannot be listed is said of its engine and leaves the others alone.
   *
   * @throws FleetException if there is no connector for a location
   */
  public static Inventory of(FleetDescription description, Configuration conf) {
    requireConnectors(description, conf);
    List<ListedEngine> engines =
        BoundedPool.map(
            description.engines(),
            spec ->
                ListedEngine.of(EngineStorage.list(spec, conf), spec, ComparisonGroup.of(spec)));
    return new Inventory(
        description.fleet(),
        ListedEngine.withUnreadWeights(engines),
        List.of(),
        description.live(),
        description.checkpoints());
  }

  private static void requireConnectors(FleetDescription description, Configuration conf) {
    for (EngineSpec engine : description.engines()) {
      String name = "engine " + MessageText.quoted(engine.name());
      Connectors.require(name, engine.shards(), conf);
      for (DraftSpec draft : engine.drafts()) {
        Connectors.require(name + ", draft " + draft.role(), draft.shards(), conf);
      }
    }
  }

  /** The description that this inventory answers. */
  public FleetDescription description() {
    return new FleetDescription(
        fleet, engines.stream().map(EngineInventory::spec).toList(), live, checkpoints);
  }

  /** The same inventory with these of its engines only. */
  public Inventory only(Collection<String> names) {
    return new Inventory(
        fleet,
        engines.stream().filter(engine -> names.contains(engine.spec().name())).toList(),
        problems,
        live.stream().filter(engine -> names.contains(engine.engine())).toList(),
        FleetDescription.ofOnly(names, checkpoints));
  }

  /** The engine among whose shards a location lies, if there is one. */
  public Optional<EngineSpec> ownerOf(String location) {
    String wanted = StorageLocation.resolve(location, "");
    return engines.stream()
        .filter(engine -> engine.directories().anyMatch(at -> StorageLocation.isWithin(wanted, at)))
        .map(EngineInventory::spec)
        .findFirst();
  }
}
