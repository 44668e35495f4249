package io.shardsum.fleet;

import java.util.Optional;

/**
 * A found engine with what its files say about its ranks and its likeness to others.
 *
 * @param provisional its inventory by its own files alone
 */
record SizedEngine(
    FoundEngine engine, EngineInventory provisional, Extent extent, Likeness likeness) {
  /**
   * What copies of one model have in common.
   *
   * @param structure empty where the files could not be read: then the engine is like no other
   * @param alone the name of an engine that is like no other, otherwise empty
   */
  record Likeness(Optional<ShardPattern> pattern, Optional<String> structure, String alone) {}

  static SizedEngine of(FoundEngine engine, ShardsDirectory settings, StructureReader structures) {
    Optional<ShardPattern> pattern = engine.pattern();
    Extent extent = pattern.map(engine::extent).orElse(new Extent(1, 1));
    EngineInventory provisional =
        engine.storage().inventory(spec(engine, pattern, extent, settings), "");
    Optional<String> structure =
        provisional.ranks().stream()
            .map(rank -> rank.files().stream().filter(SizedEngine::isTarget).toList())
            .filter(files -> !files.isEmpty())
            .flatMap(files -> structures.structureOf(provisional.spec(), files).stream())
            .findFirst();
    Likeness likeness =
        new Likeness(pattern, structure, structure.isPresent() ? "" : engine.name());
    return new SizedEngine(engine, provisional, extent, likeness);
  }

  private static boolean isTarget(ShardFile file) {
    return file.role().equals(ShardFile.TARGET);
  }

  private static EngineSpec spec(
      FoundEngine engine, Optional<ShardPattern> pattern, Extent extent, ShardsDirectory settings) {
    if (pattern.isEmpty()) {
      return engine.spec(Layout.CHECKPOINT, Parallelism.SINGLE, settings);
    }
    Parallelism parallelism = extent.parallelism(settings.tp(), settings.pp(), pattern.get());
    return engine.spec(Layout.SHARDED, parallelism, settings);
  }

  /** The final inventory, by the largest extent among its like. */
  ListedEngine listed(ShardsDirectory settings, Extent largest, StructureLabels labels) {
    EngineSpec spec = spec(engine, likeness.pattern(), largest, settings);
    String group =
        likeness
            .structure()
            .map(structure -> ComparisonGroup.ofStructure(labels.label(structure), spec))
            .orElse(ComparisonGroup.ofEngine(spec.name()));
    if (spec.equals(provisional.spec())) {
      return new ListedEngine(provisional.inGroup(group), engine.storage());
    }
    return ListedEngine.of(engine.storage(), spec, group);
  }
}
