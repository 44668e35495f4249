package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What a publisher says of an engine's files, and with which key it is signed.
 *
 * @param path of a file, or of a directory of Git LFS pointers, as {@code new
 *     org.apache.hadoop.fs.Path(path)} reads it; empty: what lies beside the engine's files
 * @param key the path of a public key (PEM) by which it must be signed; empty: signatures are not
 *     verified by one
 * @param certificate the path of the certificates (PEM) of which one must vouch for the
 *     signature's; not both
 */
public record ManifestSpec(
    Optional<String> path, Optional<String> key, Optional<String> certificate) {

  /** The word for what lies beside the files. */
  static final String AUTO = "auto";

  /**
   * Checks that nothing is missing.
   *
   * @throws FleetException if there is both a key and a certificate
   */
  public ManifestSpec {
    requireNonNull(path, "path is null");
    requireNonNull(key, "key is null");
    requireNonNull(certificate, "certificate is null");
    if (key.isPresent() && certificate.isPresent()) {
      throw new FleetException("manifest: expected key or certificate, found both");
    }
  }

  /** Of paths as a description has them. */
  static ManifestSpec of(
      String path, Optional<String> key, Optional<String> certificate, String baseDirectory) {
    return new ManifestSpec(
        path.equals(AUTO)
            ? Optional.empty()
            : Optional.of(StorageLocation.resolve(path, baseDirectory)),
        key.map(of -> StorageLocation.resolve(of, baseDirectory)),
        certificate.map(of -> StorageLocation.resolve(of, baseDirectory)));
  }
}
