package io.shardsum.fleet;

import io.shardsum.io.ListedFile;
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
      Stream.of(
              List.of("name", "shards"),
              EngineSettings.KEYS,
              List.of("draft", "trusted", "endpoint"))
          .flatMap(List::stream)
          .toList();

  private static final List<String> OF_FILES =
      List.of(
          "layout",
          "pattern",
          "draft",
          "trusted",
          "ignore",
          "shared",
          "hosts",
          "file-digest",
          "manifest");

  static final List<String> DRAFT_KEYS = List.of("shards", "role", "pattern");

  private final YamlMapping engine;
  private final EngineSettings defaults;
  private final String baseDirectory;

  EngineYaml(YamlMapping engine, EngineSettings defaults, String baseDirectory) {
    this.engine = engine;
    this.defaults = defaults;
    this.baseDirectory = baseDirectory;
  }

  DescribedEngine read() {
    String name = engine.requiredText("name");
    EngineSettings settings = EngineSettings.read(engine).orElse(defaults);
    Optional<LiveSpec> live =
        engine
            .mapping("endpoint", EndpointYaml.KEYS)
            .map(endpoint -> live(name, settings, endpoint));
    if (live.isPresent() && !engine.has("shards")) {
      OF_FILES.forEach(this::refuseWithoutShards);
      return new DescribedEngine(name, Optional.empty(), live, checkpoint(settings));
    }
    return new DescribedEngine(
        name, Optional.of(files(name, settings)), live, checkpoint(settings));
  }

  private Optional<CheckpointSpec> checkpoint(EngineSettings settings) {
    Layout layout = settings.layout().orElse(Layout.SHARDED);
    return settings.checkpoint().spec(engine, layout, baseDirectory);
  }

  private static SkipProfile profile(EngineSettings settings) {
    return settings
        .profile()
        .orElseGet(
            () ->
                settings.checkpoint().isVllm()
                    ? SkipProfile.byName("vllm-0.32")
                    : SkipProfile.newest());
  }

  private void refuseWithoutShards(String key) {
    if (engine.has(key)) {
      throw engine.faultAt(key, "'" + key + "' needs 'shards'");
    }
  }

  private LiveSpec live(String name, EngineSettings settings, YamlMapping endpoint) {
    if (engine.has("shards") && settings.layout().equals(Optional.of(Layout.CHECKPOINT))) {
      throw engine.faultAt(
          "endpoint",
          "'endpoint' does not apply to layout checkpoint: an engine's tensors are not those of"
              + " the files it was loaded from");
    }
    Selector unlessSaid = engine.has("draft") ? Selector.ALL : Selector.TARGET;
    return new LiveSpec(
        name,
        settings.model(),
        settings.revision(),
        settings.parallelism().orElseThrow(() -> parallelismMissing("an endpoint")),
        settings.digest().orElse(Digest.SGLANG),
        profile(settings),
        settings.skip().orElse(List.of()),
        new EndpointYaml(endpoint, baseDirectory).read(unlessSaid),
        settings.visibility().orElse(Visibility.THIS_HOST));
  }

  private FleetException parallelismMissing(String what) {
    return engine.fault(
        "key 'parallelism' is missing: "
            + what
            + " needs it with 'tp', so that a missing rank can be seen");
  }

  private EngineSpec files(String name, EngineSettings settings) {
    Layout layout = settings.layout().orElse(Layout.SHARDED);
    String shards = location(engine);
    List<DraftSpec> drafts = drafts(layout);
    Parallelism parallelism = parallelism(layout, settings);
    Optional<ShardPattern> pattern =
        switch (layout) {
          case SHARDED -> settings.pattern();
          case CHECKPOINT -> Optional.empty();
        };
    Optional<ManifestSpec> manifest = settings.manifest().map(of -> of.spec(baseDirectory));
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
          profile(settings),
          settings.skip().orElse(List.of()),
          settings.digest().orElse(Digest.SGLANG),
          authority,
          settings.ignored().orElse(IgnoredFiles.NONE),
          visibility(settings, shards),
          settings.fileDigest().orElse(manifest.isPresent() ? FileDigest.SHA256 : FileDigest.NONE),
          manifest);
    } catch (FleetException e) {
      throw engine.fault(e.getMessage());
    }
  }

  /** Hosts are those of local files; {@code defaults} may name them for others, too. */
  private Visibility visibility(EngineSettings settings, String shards) {
    Visibility visibility = settings.visibility().orElse(Visibility.THIS_HOST);
    if (visibility.hosts().isEmpty() || ListedFile.isLocal(shards)) {
      return visibility;
    }
    if (engine.has("hosts")) {
      throw engine.faultAt(
          "hosts",
          "'hosts' goes with a local path, on a disk of each host; 'shards' is "
              + MessageText.printable(shards));
    }
    return Visibility.THIS_HOST;
  }

  private Parallelism parallelism(Layout layout, EngineSettings settings) {
    return switch (layout) {
      case SHARDED ->
          settings.parallelism().orElseThrow(() -> parallelismMissing("layout sharded"));
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
