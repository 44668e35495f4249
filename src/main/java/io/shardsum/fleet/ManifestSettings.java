package io.shardsum.fleet;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an engine, or {@code defaults}, may say of a manifest: its path, or path and by whom it is
 * signed.
 */
record ManifestSettings(
    String path,
    Optional<String> key,
    Optional<String> certificate,
    Optional<KeylessSpec> keyless) {
  private static final String MANIFEST = "manifest";
  private static final List<String> KEYLESS = List.of("identity", "issuer", "trusted-root");
  static final List<String> KEYS =
      Stream.concat(Stream.of("path", "key", "certificate"), KEYLESS.stream()).toList();

  static Optional<ManifestSettings> read(YamlMapping mapping) {
    return mapping.isMapping(MANIFEST)
        ? mapping.mapping(MANIFEST, KEYS).map(ManifestSettings::of)
        : mapping
            .text(MANIFEST)
            .map(
                path ->
                    new ManifestSettings(
                        path, Optional.empty(), Optional.empty(), Optional.empty()));
  }

  private static ManifestSettings of(YamlMapping mapping) {
    ManifestSettings settings =
        new ManifestSettings(
            mapping.requiredText("path"),
            mapping.text("key"),
            mapping.text("certificate"),
            keyless(mapping));
    if (Stream.of(settings.key, settings.certificate, settings.keyless)
            .filter(Optional::isPresent)
            .count()
        > 1) {
      throw mapping.fault("expected one of key, certificate and identity, found more");
    }
    return settings;
  }

  private static Optional<KeylessSpec> keyless(YamlMapping mapping) {
    if (KEYLESS.stream().noneMatch(mapping::has)) {
      return Optional.empty();
    }
    return Optional.of(
        new KeylessSpec(
            mapping.requiredText("identity"),
            mapping.requiredText("issuer"),
            mapping.requiredText("trusted-root")));
  }

  ManifestSpec spec(String baseDirectory) {
    return ManifestSpec.of(path, key, certificate, keyless, baseDirectory);
  }
}
