package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What a publisher says of an engine's files, and with which key it is signed.
 *
 * @param path of a file, or of a directory of Git LFS pointers, as {@code new
 *     org.apache.hadoop.fs.Path(path)} reads it; empty: what lies beside the engine's files
 * @param key the path of a public key (PEM) by which it must be signed; empty: signatures are not
 *     verified
 */
public record ManifestSpec(Optional<String> path, Optional<String> key) {

  /** The word for what lies beside the files. */
  static final String AUTO = "auto";

  /** Checks that nothing is missing. */
  public ManifestSpec {
    requireNonNull(path, "path is null");
    requireNonNull(key, "key is null");
  }

  /** Of paths as a description has them. */
  static ManifestSpec of(String path, Optional<String> key, String baseDirectory) {
    return new ManifestSpec(
        path.equals(AUTO)
            ? Optional.empty()
            : Optional.of(StorageLocation.resolve(path, baseDirectory)),
        key.map(of -> StorageLocation.resolve(of, baseDirectory)));
  }
}
