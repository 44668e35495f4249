package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
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
 * @param places how Spark calls the hosts on whose disks files lie, by the hosts' names in the
 *     description
 */
public record Inventory(
    String fleet,
    List<EngineInventory> engines,
    List<Problem> problems,
    List<LiveSpec> live,
    Map<String, CheckpointSpec> checkpoints,
    Map<String, String> places) {
  public Inventory {
    engines = List.copyOf(engines);
    problems = List.copyOf(problems);
    live = List.copyOf(live);
    checkpoints = Map.copyOf(checkpoints);
    places = Map.copyOf(places);
  }

  /** Of files alone. */
  public Inventory(String fleet, List<EngineInventory> engines, List<Problem> problems) {
    this(fleet, engines, problems, List.of(), Map.of(), Map.of());
  }

  /**
   * Lists the directories of a fleet, several engines at a time and each directory once. What
   * cannot be listed is said of its engine and leaves the others alone.
   *
   * @throws FleetException if there is no connector for a location
   */
  public static Inventory of(FleetDescription description, Configuration conf) {
    return of(description, conf, Map.of(), Map.of());
  }

  /**
   * As {@link #of(FleetDescription, Configuration)}, of a fleet of which some engines lie on the
   * disks of hosts.
   *
   * @param onHosts what these have, by host and engine; a host without an executor is not in it
   * @param places how Spark calls the hosts
   */
  public static Inventory of(
      FleetDescription description,
      Configuration conf,
      Map<String, Map<String, HostListing>> onHosts,
      Map<String, String> places) {
    requireConnectors(description, conf);
    List<ListedEngine> seenHere =
        BoundedPool.map(
            description.engines().stream()
                .filter(spec -> spec.visibility().hosts().isEmpty())
                .toList(),
            spec ->
                ListedEngine.of(EngineStorage.list(spec, conf), spec, ComparisonGroup.of(spec)));
    Map<String, EngineInventory> byName = new HashMap<>();
    ListedEngine.withUnreadWeights(seenHere)
        .forEach(engine -> byName.put(engine.spec().name(), engine));
    List<EngineInventory> engines = new ArrayList<>();
    Map<String, CheckpointSpec> checkpoints = new HashMap<>(description.checkpoints());
    for (EngineSpec spec : description.engines()) {
      if (byName.containsKey(spec.name())) {
        engines.add(byName.get(spec.name()));
        continue;
      }
      for (EngineInventory copy : hosted(spec, onHosts)) {
        engines.add(copy);
        Optional.ofNullable(description.checkpoints().get(spec.name()))
            .ifPresent(checkpoint -> checkpoints.put(copy.spec().name(), checkpoint));
      }
    }
    return new Inventory(
        description.fleet(), engines, List.of(), description.live(), checkpoints, places);
  }

  private static List<EngineInventory> hosted(
      EngineSpec spec, Map<String, Map<String, HostListing>> onHosts) {
    Map<String, HostListing> listings = new HashMap<>();
    onHosts.forEach(
        (host, engines) ->
            Optional.ofNullable(engines.get(spec.name()))
                .ifPresent(listing -> listings.put(host, listing)));
    return new HostedEngine(spec, ComparisonGroup.of(spec), listings).inventories();
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
        FleetDescription.ofOnly(names, checkpoints),
        places);
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
