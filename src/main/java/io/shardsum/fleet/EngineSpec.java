package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import io.shardsum.fleet.ShardNumbers.Placeholder;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One engine as it is described.
 *
 * @param name any text but the empty one; never used as a path
 * @param parallelism {@link Parallelism#SINGLE} where the layout is a checkpoint
 * @param shards its directory, with a scheme, as {@code new org.apache.hadoop.fs.Path(shards)}
 *     reads it
 * @param pattern of its file names; empty means one of {@link ShardPattern#known()}
 * @param skip patterns of its own, besides those of the profile
 * @param ignored files in its directories that are neither read nor named
 * @param visibility which hosts see its files, where they are local
 * @param fileDigest what is computed of its files as a whole
 * @param manifest what a publisher says of its files
 */
public record EngineSpec(
    String name,
    Optional<String> model,
    Optional<String> revision,
    Layout layout,
    Parallelism parallelism,
    String shards,
    Optional<ShardPattern> pattern,
    List<DraftSpec> drafts,
    SkipProfile profile,
    List<String> skip,
    Digest digest,
    Authority authority,
    IgnoredFiles ignored,
    Visibility visibility,
    FileDigest fileDigest,
    Optional<ManifestSpec> manifest) {

  /**
   * Checks what belongs together.
   *
   * @throws FleetException if name or directory is empty, two roles would read the same files, or a
   *     checkpoint has what only shards have
   */
  public EngineSpec {
    requireNonNull(model, "model is null");
    requireNonNull(revision, "revision is null");
    requireNonNull(layout, "layout is null");
    requireNonNull(parallelism, "parallelism is null");
    requireNonNull(pattern, "pattern is null");
    requireNonNull(profile, "profile is null");
    requireNonNull(digest, "digest is null");
    requireNonNull(authority, "authority is null");
    requireNonNull(ignored, "ignored is null");
    requireNonNull(visibility, "visibility is null");
    requireNonNull(fileDigest, "fileDigest is null");
    requireNonNull(manifest, "manifest is null");
    drafts = List.copyOf(drafts);
    skip = List.copyOf(skip);
    if (name.isEmpty()) {
      throw new FleetException("name is empty");
    }
    if (shards.isEmpty()) {
      throw new FleetException("shards is empty");
    }
    if (layout == Layout.CHECKPOINT) {
      requireCheckpoint(parallelism, pattern, drafts);
    }
    if (manifest.isPresent() && fileDigest == FileDigest.NONE) {
      throw new FleetException("manifest needs the digests of files, and file-digest is none");
    }
    requireOwnFiles(shards, pattern, drafts);
    for (DraftSpec draft : drafts) {
      Optional<ShardPattern> draftPattern = draft.pattern().or(() -> pattern);
      if (namesReplicas(draftPattern) != namesReplicas(pattern)) {
        throw new FleetException(
            "{dp_rank} must be in the patterns of the engine and of draft "
                + draft.role()
                + ", or in neither");
      }
    }
  }

  /** An engine whose files are not hashed as a whole. */
  public EngineSpec(
      String name,
      Optional<String> model,
      Optional<String> revision,
      Layout layout,
      Parallelism parallelism,
      String shards,
      Optional<ShardPattern> pattern,
      List<DraftSpec> drafts,
      SkipProfile profile,
      List<String> skip,
      Digest digest,
      Authority authority,
      IgnoredFiles ignored,
      Visibility visibility) {
    this(
        name,
        model,
        revision,
        layout,
        parallelism,
        shards,
        pattern,
        drafts,
        profile,
        skip,
        digest,
        authority,
        ignored,
        visibility,
        FileDigest.NONE,
        Optional.empty());
  }

  private static void requireCheckpoint(
      Parallelism parallelism, Optional<ShardPattern> pattern, List<DraftSpec> drafts) {
    boolean draftPattern = drafts.stream().anyMatch(draft -> draft.pattern().isPresent());
    if (pattern.isPresent() || draftPattern) {
      throw new FleetException("pattern does not apply to layout checkpoint");
    }
    if (!parallelism.equals(Parallelism.SINGLE)) {
      throw new FleetException("layout checkpoint is one rank, not " + parallelism);
    }
  }

  private static void requireOwnFiles(
      String shards, Optional<ShardPattern> pattern, List<DraftSpec> drafts) {
    Set<String> roles = new HashSet<>();
    Set<List<String>> files = new HashSet<>();
    files.add(filesOf(shards, pattern));
    for (DraftSpec draft : drafts) {
      if (!roles.add(draft.role())) {
        throw new FleetException("two drafts have the role " + draft.role());
      }
      if (!files.add(filesOf(draft.shards(), draft.pattern().or(() -> pattern)))) {
        throw new FleetException(
            "draft "
                + draft.role()
                + " reads the same files as another role of the engine: "
                + MessageText.printable(draft.shards()));
      }
    }
  }

  private static List<String> filesOf(String shards, Optional<ShardPattern> pattern) {
    String directory = shards.replaceFirst("/+$", "");
    return List.of(directory, pattern.map(ShardPattern::text).orElse(""));
  }

  private static boolean namesReplicas(Optional<ShardPattern> pattern) {
    return pattern.isPresent() && pattern.get().has(Placeholder.DP_RANK);
  }

  /**
   * How many ranks must be there: all of the world where the file names tell data-parallel replicas
   * apart, otherwise those of one replica, whose files all replicas share.
   */
  public int expectedRanks() {
    if (layout == Layout.CHECKPOINT) {
      return 1;
    }
    return namesReplicas(pattern) ? parallelism.worldSize() : parallelism.replicaSize();
  }

  EngineSpec withDigest(Digest other) {
    return with(name, other, visibility, fileDigest);
  }

  EngineSpec withFileDigest(FileDigest other) {
    return with(name, digest, visibility, other);
  }

  /** The copy that a host has of some of its ranks. */
  EngineSpec copyOn(String host) {
    return with(name + "@" + host, digest, Visibility.on(List.of(host)), fileDigest);
  }

  private EngineSpec with(
      String otherName,
      Digest otherDigest,
      Visibility otherVisibility,
      FileDigest otherFileDigest) {
    return new EngineSpec(
        otherName,
        model,
        revision,
        layout,
        parallelism,
        shards,
        pattern,
        drafts,
        profile,
        skip,
        otherDigest,
        authority,
        ignored,
        otherVisibility,
        otherFileDigest,
        manifest);
  }
}
