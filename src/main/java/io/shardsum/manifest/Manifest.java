package io.shardsum.manifest;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What a publisher says of the files of one directory.
 *
 * @param path where it was read
 * @param files SHA-256 in lower-case hex, by the file's path in the directory
 * @param others why the digest of a file cannot be compared, by the same paths
 */
public record Manifest(
    String path,
    Signing signing,
    NavigableMap<String, String> files,
    NavigableMap<String, String> others) {

  /** Who vouches for it. */
  public enum Signing {
    /** Nobody. */
    UNSIGNED("it is not signed"),
    /** It is signed, and nobody has said by whom it should be. */
    NOT_VERIFIED("its signature was NOT verified: no key is given"),
    /** By the key that was given. */
    VERIFIED("its signature is that of the given key");

    private final String words;

    Signing(String words) {
      this.words = words;
    }

    /** In words, for messages. */
    public String words() {
      return words;
    }
  }

  /** Copies the maps. */
  public Manifest {
    requireNonNull(path, "path is null");
    requireNonNull(signing, "signing is null");
    files = Collections.unmodifiableNavigableMap(new TreeMap<>(files));
    others = Collections.unmodifiableNavigableMap(new TreeMap<>(others));
  }

  /** One that nobody has signed, all of whose digests can be compared. */
  static Manifest unsigned(String path, Map<String, String> files) {
    return new Manifest(path, Signing.UNSIGNED, new TreeMap<>(files), new TreeMap<>());
  }
}
