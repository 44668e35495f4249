package io.shardsum.fleet;

import java.util.List;
import java.util.Optional;

/**
 * What an engine, or {@code defaults}, may say of a manifest: its path, or path and by whom it is
 * signed.
 */
record ManifestSettings(String path, Optional<String> key, Optional<String> certificate) {
  private static final String MANIFEST = "manifest";
  static final List<String> KEYS = List.of("path", "key", "certificate");

  static Optional<ManifestSettings> read(YamlMapping mapping) {
    return mapping.isMapping(MANIFEST)
        ? mapping
            .mapping(MANIFEST, KEYS)
            .map(
                of ->
                    new ManifestSettings(
                        of.requiredText("path"), of.text("key"), of.text("certificate")))
        : mapping
            .text(MANIFEST)
            .map(path -> new ManifestSettings(path, Optional.empty(), Optional.empty()));
  }

  ManifestSpec spec(String baseDirectory) {
    return ManifestSpec.of(path, key, certificate, baseDirectory);
  }
}
