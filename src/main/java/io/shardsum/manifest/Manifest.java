package io.shardsum.manifest;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What a publisher says of the files of one directory.
 *
 * @param path where it was read
 * @param files SHA-256 in lower-case hex, by the file's path in the directory
 * @param others why the digest of a file cannot be compared, by the same paths; or by whole ones,
 *     what lies elsewhere and is no file yet
 * @param gitBlobs ids of git blobs in hex, by the same paths: of files that are no weights
 * @param ignored paths that it leaves out, each with all below it
 * @param unfinished where the download of a file lies that has not ended, by the same paths
 */
public record Manifest(
    String path,
    Signing signing,
    NavigableMap<String, String> files,
    NavigableMap<String, String> others,
    NavigableMap<String, String> gitBlobs,
    List<String> ignored,
    NavigableMap<String, String> unfinished) {

  /** Who vouches for it. */
  public enum Signing {
    /** Nobody. */
    UNSIGNED("it is not signed"),
    /** It is signed, and nobody has said by whom it should be. */
    NOT_VERIFIED("its signature was NOT verified: no key, certificate or identity is given"),
    /** By whom it must be. */
    VERIFIED("its signature is verified");

    private final String words;

    Signing(String words) {
      this.words = words;
    }

    /** In words, for messages. */
    public String words() {
      return words;
    }
  }

  /** Copies list and maps. */
  public Manifest {
    requireNonNull(path, "path is null");
    requireNonNull(signing, "signing is null");
    files = copy(files);
    others = copy(others);
    gitBlobs = copy(gitBlobs);
    ignored = List.copyOf(ignored);
    unfinished = copy(unfinished);
  }

  /** Whether it says that it leaves out a file. */
  public boolean leavesOut(String file) {
    return ignored.stream().anyMatch(of -> file.equals(of) || file.startsWith(of + "/"));
  }

  private static NavigableMap<String, String> copy(Map<String, String> map) {
    return Collections.unmodifiableNavigableMap(new TreeMap<>(map));
  }

  /** One that nobody has signed, all of whose digests can be compared. */
  static Manifest unsigned(String path, Map<String, String> files) {
    return new Manifest(
        path,
        Signing.UNSIGNED,
        new TreeMap<>(files),
        new TreeMap<>(),
        new TreeMap<>(),
        List.of(),
        new TreeMap<>());
  }
}
