package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads one engine of a description. */
final class EngineYaml {
  /** The keys of an engine. */
  static final List<String> KEYS =
      Stream.of(List.of("name"), EngineSettings.KEYS, List.of("shards", "draft", "trusted"))
          .flatMap(List::stream)
          .toList();

  private static final List<String> DRAFT_KEYS = List.of("shards", "role", "pattern");

  private final YamlMapping engine;
  private final EngineSettings defaults;
  private final String baseDirectory;

  EngineYaml(YamlMapping engine, EngineSettings defaults, String baseDirectory) {
    this.engine = engine;
    this.defaults = defaults;
    this.baseDirectory = baseDirectory;
  }

  EngineSpec read() {
    String name = engine.requiredText("name");
    EngineSettings settings = EngineSettings.read(engine).orElse(defaults);
    Layout layout = settings.layout().orElse(Layout.SHARDED);
    String shards = location(engine);
    List<DraftSpec> drafts = drafts(layout);
    Parallelism parallelism = parallelism(layout, settings);
    Optional<ShardPattern> pattern =
        switch (layout) {
          case SHARDED -> settings.pattern();
          case CHECKPOINT -> Optional.empty();
        };
    Authority authority =
        engine.truth("trusted").orElse(false) ? Authority.REFERENCE : Authority.PEER;
    try {
      return new EngineSpec(
          name,
          settings.model(),
          settings.revision(),
          layout,
          parallelism,
          shards,
          pattern,
          drafts,
          settings.profile().orElseGet(SkipProfile::newest),
          settings.skip().orElse(List.of()),
          settings.digest().orElse(Digest.SGLANG),
          authority);
    } catch (FleetException e) {
      throw engine.fault(e.getMessage());
    }
  }

  private Parallelism parallelism(Layout layout, EngineSettings settings) {
    return switch (layout) {
      case SHARDED ->
          settings
              .parallelism()
              .orElseThrow(
                  () ->
                      engine.fault(
                          "key 'parallelism' is missing: layout sharded needs it with 'tp', so"
                              + " that a missing rank can be seen"));
      case CHECKPOINT -> {
        refuseForCheckpoint(engine, "parallelism");
        refuseForCheckpoint(engine, "pattern");
        yield Parallelism.SINGLE;
      }
    };
  }

  private static void refuseForCheckpoint(YamlMapping mapping, String key) {
    if (mapping.has(key)) {
      throw mapping.faultAt(
          key, "'" + key + "' does not apply to layout checkpoint, which is one rank");
    }
  }

  private List<DraftSpec> drafts(Layout layout) {
    Map<String, Integer> lines = new HashMap<>();
    List<DraftSpec> drafts = new ArrayList<>();
    for (YamlMapping mapping : engine.mappings("draft", DRAFT_KEYS)) {
      if (layout == Layout.CHECKPOINT) {
        refuseForCheckpoint(mapping, "pattern");
      }
      DraftSpec draft = draft(mapping);
      Integer before = lines.putIfAbsent(draft.role(), mapping.line());
      if (before != null) {
        throw mapping.fault("role '" + draft.role() + "' is already at line " + before);
      }
      drafts.add(draft);
    }
    return drafts;
  }

  private DraftSpec draft(YamlMapping mapping) {
    String role = mapping.text("role").orElse(DraftSpec.DEFAULT_ROLE);
    Optional<ShardPattern> pattern = mapping.parsed("pattern", ShardPattern::parse);
    String shards = location(mapping);
    try {
      return new DraftSpec(role, shards, pattern);
    } catch (FleetException e) {
      throw mapping.faultAt("role", e.getMessage());
    }
  }

  private String location(YamlMapping mapping) {
    mapping.requiredText("shards");
    return mapping
        .parsed("shards", text -> StorageLocation.resolve(text, baseDirectory))
        .orElseThrow();
  }
}
