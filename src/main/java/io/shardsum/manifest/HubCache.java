package io.shardsum.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.manifest.Manifest.Signing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A revision in a cache of {@code huggingface_hub}: {@code models--acme--chat/snapshots/COMMIT} has
 * links to blobs, whose names are the SHA-256 of files in LFS, and the git blob ids of small ones.
 * A blob may be a link into a store that caches share. A download that has not ended is {@code
 * blobs/BLOB.incomplete}, or {@code blobs/BLOB.SOMETHING.incomplete} since release 2; which file
 * that is, a link or the list {@code trees/COMMIT.json} says.
 *
 * @param model {@code acme/chat}
 * @param commit of the snapshot
 */
record HubCache(Path snapshot, String model, String commit) {

  private static final Pattern SNAPSHOT =
      Pattern.compile(".*/models--([^/]+)/snapshots/([0-9a-f]{40})");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern GIT_BLOB = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern UNFINISHED =
      Pattern.compile("([0-9a-f]{64}|[0-9a-f]{40})(\\.[^.]+)?\\.incomplete");
  private static final String WEIGHTS = ".safetensors";
  private static final int DEPTH = 16;
  private static final ObjectMapper JSON = new ObjectMapper();

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
    Path refs = inCache("refs");
    Path ref = refs.resolve(revision).normalize();
    try {
      return ref.startsWith(refs) && Files.isRegularFile(ref)
          ? Optional.of(Files.readString(ref).strip())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Path inCache(String name) {
    return snapshot.resolve("../..").normalize().resolve(name);
  }

  /**
   * The digests that the links say.
   *
   * @throws ManifestException if no link says one, and no download has begun
   */
  Manifest manifest() {
    TreeMap<String, String> blobs = new TreeMap<>();
    for (Path link : links()) {
      blobs.put(snapshot.relativize(link).toString(), target(link).getFileName().toString());
    }
    TreeMap<String, String> unfinished = new TreeMap<>();
    TreeMap<String, String> unknown = new TreeMap<>();
    for (Path file : unfinishedDownloads()) {
      String blob = UNFINISHED.matcher(file.getFileName().toString()).replaceFirst("$1");
      List<String> names = names(blob, blobs);
      names.forEach(name -> blobs.putIfAbsent(name, blob));
      names.forEach(name -> unfinished.put(name, file.toString()));
      if (names.isEmpty()) {
        unknown.put(file.toString(), "an unfinished download of an unknown file");
      }
    }
    TreeMap<String, String> files = new TreeMap<>();
    TreeMap<String, String> small = new TreeMap<>();
    TreeMap<String, String> others = new TreeMap<>(unknown);
    blobs.forEach(
        (name, blob) -> {
          if (SHA256.matcher(blob).matches()) {
            files.put(name, blob);
          } else if (!GIT_BLOB.matcher(blob).matches()) {
            others.put(
                name, "its link leads to %s, which is not the name of a blob".formatted(blob));
          } else if (name.endsWith(WEIGHTS)) {
            others.put(
                name,
                "its blob is named by git's own digest, which Shardsum does not compute for weights");
          } else {
            small.put(name, blob);
          }
        });
    if (files.isEmpty() && unknown.isEmpty()) {
      throw ManifestException.of(
          snapshot.toString(), "links to blobs that are named by their SHA-256", "none");
    }
    return new Manifest(
        snapshot.toString(), Signing.UNSIGNED, files, others, small, List.of(), unfinished);
  }

  /** The files that a blob is, by links or by the list of the revision's files. */
  private List<String> names(String blob, Map<String, String> linked) {
    List<String> names = new ArrayList<>();
    linked.forEach(
        (name, of) -> {
          if (of.equals(blob)) {
            names.add(name);
          }
        });
    tree()
        .path("files")
        .properties()
        .forEach(
            of -> {
              String lfs = of.getValue().path("lfs_sha256").asText();
              if (blob.equals(lfs) || blob.equals(of.getValue().path("blob_id").asText())) {
                names.add(Digests.inDirectory(snapshot.toString(), of.getKey()));
              }
            });
    return names;
  }

  private JsonNode tree() {
    try {
      Path list = inCache("trees").resolve(commit + ".json");
      return Files.isRegularFile(list) ? JSON.readTree(list.toFile()) : JSON.createObjectNode();
    } catch (IOException e) {
      return JSON.createObjectNode();
    }
  }

  /** Those whose blob is not there, either. */
  private List<Path> unfinishedDownloads() {
    Path blobs = inCache("blobs");
    if (!Files.isDirectory(blobs)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(blobs)) {
      return all.filter(
              file -> {
                Matcher name = UNFINISHED.matcher(file.getFileName().toString());
                return name.matches() && !Files.exists(blobs.resolve(name.group(1)));
              })
          .sorted()
          .toList();
    } catch (IOException e) {
      throw ManifestException.of(blobs.toString(), "a directory", "none that can be read");
    }
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
