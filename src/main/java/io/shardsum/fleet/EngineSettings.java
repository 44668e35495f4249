package io.shardsum.fleet;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What an engine may say for itself or take from {@code defaults}. */
record EngineSettings(
    Optional<String> model,
    Optional<String> revision,
    Optional<Parallelism> parallelism,
    Optional<Layout> layout,
    Optional<ShardPattern> pattern,
    Optional<List<String>> skip,
    Optional<SkipProfile> profile,
    Optional<Digest> digest,
    Optional<FileDigest> fileDigest,
    Optional<ManifestSettings> manifest,
    Optional<IgnoredFiles> ignored,
    Optional<Visibility> visibility,
    CheckpointSettings checkpoint) {
  /** The keys of a description that are read here. */
  static final List<String> KEYS =
      Stream.concat(
              Stream.of(
                  "model",
                  "revision",
                  "parallelism",
                  "layout",
                  "pattern",
                  "skip",
                  "profile",
                  "digest",
                  "file-digest",
                  "manifest",
                  "ignore",
                  "shared",
                  "hosts"),
              CheckpointSettings.KEYS.stream())
          .toList();

  static final List<String> PARALLELISM_KEYS = List.of("tp", "pp", "dp", "ep", "attn-dp");

  static final EngineSettings NONE =
      new EngineSettings(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          CheckpointSettings.NONE);

  static EngineSettings read(YamlMapping mapping) {
    return new EngineSettings(
        mapping.text("model"),
        mapping.text("revision"),
        mapping.mapping("parallelism", PARALLELISM_KEYS).map(EngineSettings::parallelism),
        mapping.parsed("layout", Layout::parse),
        mapping.parsed("pattern", ShardPattern::parse),
        mapping.texts("skip"),
        mapping.parsed("profile", SkipProfile::byName),
        mapping.parsed("digest", Digest::parse),
        mapping.parsed("file-digest", FileDigest::parse),
        ManifestSettings.read(mapping),
        ignored(mapping),
        visibility(mapping),
        CheckpointSettings.read(mapping));
  }

  private static Optional<IgnoredFiles> ignored(YamlMapping mapping) {
    return mapping.read("ignore", mapping.texts("ignore"), IgnoredFiles::new);
  }

  private static Optional<Visibility> visibility(YamlMapping mapping) {
    Optional<Visibility> shared =
        mapping.truth("shared").map(all -> all ? Visibility.ALL_HOSTS : Visibility.THIS_HOST);
    Optional<Visibility> named =
        mapping.read(
            "hosts", mapping.texts("hosts"), names -> Visibility.on(HostPattern.hosts(names)));
    if (named.isPresent() && shared.equals(Optional.of(Visibility.ALL_HOSTS))) {
      throw mapping.faultAt(
          "hosts", "'hosts' and 'shared: true' exclude each other: expected one of them");
    }
    return named.or(() -> shared);
  }

  private static Parallelism parallelism(YamlMapping mapping) {
    int tp = mapping.size("tp").orElseThrow(() -> mapping.fault("key 'tp' is missing"));
    int pp = mapping.size("pp").orElse(1);
    int dp = mapping.size("dp").orElse(1);
    try {
      return new Parallelism(
          tp, pp, dp, mapping.size("ep").orElse(1), mapping.size("attn-dp").orElse(1));
    } catch (FleetException e) {
      throw mapping.fault(e.getMessage());
    }
  }

  /** These settings, and the others where these say nothing. */
  EngineSettings orElse(EngineSettings defaults) {
    return new EngineSettings(
        model.or(defaults::model),
        revision.or(defaults::revision),
        parallelism.or(defaults::parallelism),
        layout.or(defaults::layout),
        pattern.or(defaults::pattern),
        skip.or(defaults::skip),
        profile.or(defaults::profile),
        digest.or(defaults::digest),
        fileDigest.or(defaults::fileDigest),
        manifest.or(defaults::manifest),
        ignored.or(defaults::ignored),
        visibility.or(defaults::visibility),
        checkpoint.orElse(defaults.checkpoint));
  }
}
