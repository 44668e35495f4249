package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What a publisher says of an engine's files, and by whom it is signed.
 *
 * @param path of a file, or of a directory of Git LFS pointers, as {@code new
 *     org.apache.hadoop.fs.Path(path)} reads it; empty: what lies beside the engine's files
 * @param key the path of a public key (PEM) by which it must be signed; empty: signatures are not
 *     verified by one
 * @param certificate the path of the certificates (PEM) of which one must vouch for the signature's
 * @param keyless whose keyless signature it must have; only one of these three
 */
public record ManifestSpec(
    Optional<String> path,
    Optional<String> key,
    Optional<String> certificate,
    Optional<KeylessSpec> keyless) {

  /** The word for what lies beside the files. */
  static final String AUTO = "auto";

  /** Checks that nothing is missing. */
  public ManifestSpec {
    requireNonNull(path, "path is null");
    requireNonNull(key, "key is null");
    requireNonNull(certificate, "certificate is null");
    requireNonNull(keyless, "keyless is null");
  }

  /** Of paths as a description has them. */
  static ManifestSpec of(
      String path,
      Optional<String> key,
      Optional<String> certificate,
      Optional<KeylessSpec> keyless,
      String baseDirectory) {
    return new ManifestSpec(
        path.equals(AUTO)
            ? Optional.empty()
            : Optional.of(StorageLocation.resolve(path, baseDirectory)),
        key.map(of -> StorageLocation.resolve(of, baseDirectory)),
        certificate.map(of -> StorageLocation.resolve(of, baseDirectory)),
        keyless.map(
            of ->
                new KeylessSpec(
                    of.identity(),
                    of.issuer(),
                    StorageLocation.resolve(of.trustedRoot(), baseDirectory))));
  }
}
