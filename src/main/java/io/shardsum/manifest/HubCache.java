package io.shardsum.manifest;

import io.shardsum.manifest.Manifest.Signing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A revision in a cache of {@code huggingface_hub}: {@code models--acme--chat/snapshots/COMMIT} has
 * links to blobs, whose names are the SHA-256 of files in LFS, and the git blob ids of small ones.
 *
 * @param model {@code acme/chat}
 * @param commit of the snapshot
 */
record HubCache(Path snapshot, String model, String commit) {

  private static final Pattern SNAPSHOT =
      Pattern.compile(".*/models--([^/]+)/snapshots/([0-9a-f]{40})");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern GIT_BLOB = Pattern.compile("[0-9a-f]{40}");
  private static final int DEPTH = 16;

  /** Whether a directory is a snapshot. */
  static Optional<HubCache> at(Path directory) {
    Matcher found = SNAPSHOT.matcher(directory.toString());
    return found.matches()
        ? Optional.of(new HubCache(directory, found.group(1).replace("--", "/"), found.group(2)))
        : Optional.empty();
  }

  /**
   * Checks that it is what an engine says that it holds.
   *
   * @throws ManifestException if it is another model, or the revision is another commit
   */
  void require(Optional<String> expectedModel, Optional<String> expectedRevision) {
    if (expectedModel.filter(of -> of.contains("/") && !of.equals(model)).isPresent()) {
      throw ManifestException.of(
          snapshot.toString(), "the model " + expectedModel.get(), "a cache of " + model);
    }
    Optional<String> expectedCommit = expectedRevision.flatMap(this::commitOf);
    if (expectedCommit.filter(of -> !of.equals(commit)).isPresent()) {
      throw ManifestException.of(
          snapshot.toString(),
          "revision %s, which is %s".formatted(expectedRevision.get(), expectedCommit.get()),
          "the snapshot of " + commit);
    }
  }

  /** The commit that a revision is: itself, or what the cache has last seen its branch at. */
  private Optional<String> commitOf(String revision) {
    if (GIT_BLOB.matcher(revision).matches()) {
      return Optional.of(revision);
    }
    Path refs = snapshot.resolve("../../refs").normalize();
    Path ref = refs.resolve(revision).normalize();
    try {
      return ref.startsWith(refs) && Files.isRegularFile(ref)
          ? Optional.of(Files.readString(ref).strip())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * The digests that the links say.
   *
   * @throws ManifestException if no link says one
   */
  Manifest manifest() {
    TreeMap<String, String> files = new TreeMap<>();
    TreeMap<String, String> others = new TreeMap<>();
    for (Path file : links()) {
      String name = snapshot.relativize(file).toString();
      String blob = target(file).getFileName().toString();
      if (SHA256.matcher(blob).matches()) {
        files.put(name, blob);
      } else {
        others.put(
            name,
            GIT_BLOB.matcher(blob).matches()
                ? "its blob is named by git's own digest, which is not computed"
                : "its link leads to %s, which is no name of a blob".formatted(blob));
      }
    }
    if (files.isEmpty()) {
      throw ManifestException.of(
          snapshot.toString(), "links to blobs that are named by their SHA-256", "none");
    }
    return new Manifest(snapshot.toString(), Signing.UNSIGNED, files, others);
  }

  private List<Path> links() {
    try (Stream<Path> all = Files.walk(snapshot, DEPTH)) {
      return all.filter(Files::isSymbolicLink).toList();
    } catch (IOException e) {
      throw ManifestException.of(snapshot.toString(), "a directory", "none that can be read");
    }
  }

  private static Path target(Path link) {
    try {
      return Files.readSymbolicLink(link);
    } catch (IOException e) {
      throw ManifestException.of(link.toString(), "a symbolic link", "none that can be read");
    }
  }
}
