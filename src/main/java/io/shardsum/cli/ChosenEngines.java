package io.shardsum.cli;

import io.shardsum.exit.UsageException;
import io.shardsum.fleet.EngineSpec;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.text.ForeignText;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The engines that {@code --engine} names; without names, all of them. */
record ChosenEngines(List<String> names) {

  /** Whether the whole fleet is meant. */
  boolean areAll() {
    return names.isEmpty();
  }

  /**
   * Of what a description says.
   *
   * @throws UsageException if it has no such engine
   */
  FleetDescription choose(FleetDescription fleet) {
    requireKnown(
        Stream.concat(
                fleet.engines().stream().map(EngineSpec::name),
                fleet.live().stream().map(LiveSpec::engine))
            .distinct()
            .toList());
    return areAll() ? fleet : fleet.only(names);
  }

  /**
   * Of what was found.
   *
   * @throws UsageException if there is no such engine
   */
  Inventory choose(Inventory inventory) {
    requireKnown(inventory.engines().stream().map(engine -> engine.spec().name()).toList());
    return areAll() ? inventory : inventory.only(names);
  }

  private void requireKnown(List<String> known) {
    Set<String> unknown = new HashSet<>(names);
    known.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new UsageException(
          "--engine: no such engine: %s; the fleet has: %s"
              .formatted(ForeignText.list(unknown), ForeignText.list(known)));
    }
  }
}
