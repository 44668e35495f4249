package io.shardsum.fleet;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/**
 * A directory that may be an engine, and its drafts.
 *
 * @param drafts the listings of its draft directories, by role
 */
record FoundEngine(
    String name,
    DirectoryListing target,
    Map<String, DirectoryListing> drafts,
    Configuration conf) {
  private static final List<String> OWN_TABLES = List.of("engines", "ranks", "scans", "tensors");

  FoundEngine {
    drafts = new TreeMap<>(drafts);
  }

  static FoundEngine list(String name, String directory, IgnoredFiles ignored, Configuration conf) {
    DirectoryListing target =
        DirectoryListing.withAllBelow(directory, 0, conf).without(ignored, "");
    Map<String, DirectoryListing> drafts = new TreeMap<>();
    for (String child : target.subdirectories()) {
      if (isDraftName(child)) {
        DirectoryListing draft =
            DirectoryListing.of(target.directory() + "/" + child, 0, conf)
                .without(ignored, child + "/");
        if (isKnownOrHolds(draft)) {
          drafts.put(child, draft);
        }
      }
    }
    return new FoundEngine(name, target, drafts, conf);
  }

  static boolean isDraftName(String name) {
    return DraftSpec.isRole(name)
        && (name.equals(DraftSpec.DEFAULT_ROLE) || name.startsWith(DraftSpec.DEFAULT_ROLE + "_"));
  }

  /** What cannot be listed may hold shards, so it counts. */
  private static boolean isKnownOrHolds(DirectoryListing listing) {
    return listing.outcome() == DirectoryListing.Outcome.FAILED || listing.holdsWeights();
  }

  /** Whether files of the engines' own names, or an index, say that it is an engine. */
  static boolean isCertain(DirectoryListing listing) {
    return listing.index().isPresent()
        || ShardPattern.known().stream().anyMatch(known -> matches(known, listing) > 0);
  }

  /** Whether it is the directory of Shardsum's tables. */
  boolean isOwnTables() {
    return target.subdirectories().containsAll(OWN_TABLES);
  }

  boolean isEngine() {
    return isKnownOrHolds(target) || !drafts.isEmpty();
  }

  /**
   * The known pattern that matches most of its files, or of its drafts' where it has none itself;
   * empty where none matches: a checkpoint.
   */
  Optional<ShardPattern> pattern() {
    List<DirectoryListing> witnesses =
        target.holdsWeights() ? List.of(target) : List.copyOf(drafts.values());
    Optional<ShardPattern> best = Optional.empty();
    long most = 0;
    for (ShardPattern known : ShardPattern.known()) {
      long matched = witnesses.stream().mapToLong(listing -> matches(known, listing)).sum();
      if (matched > most) {
        best = Optional.of(known);
        most = matched;
      }
    }
    return best;
  }

  private static long matches(ShardPattern pattern, DirectoryListing listing) {
    return listing.shards().stream().filter(file -> pattern.match(file.name()).isPresent()).count();
  }

  Extent extent(ShardPattern pattern) {
    Extent extent = Extent.of(pattern, target.shards());
    for (DirectoryListing draft : drafts.values()) {
      extent = extent.max(Extent.of(pattern, draft.shards()));
    }
    return extent;
  }

  EngineStorage storage() {
    Map<String, DirectoryListing> listings = new TreeMap<>();
    listings.put(target.directory(), target);
    drafts.values().forEach(draft -> listings.put(draft.directory(), draft));
    return new EngineStorage(listings, conf);
  }

  EngineSpec spec(Layout layout, Parallelism parallelism, ShardsDirectory settings) {
    List<DraftSpec> draftSpecs =
        drafts.entrySet().stream()
            .map(
                draft ->
                    new DraftSpec(draft.getKey(), draft.getValue().directory(), Optional.empty()))
            .toList();
    return new EngineSpec(
        name,
        Optional.empty(),
        Optional.empty(),
        layout,
        parallelism,
        target.directory(),
        Optional.empty(),
        draftSpecs,
        settings.profile(),
        List.of(),
        settings.digest(),
        Authority.PEER,
        settings.ignored(),
        settings.visibility(),
        settings.fileDigest(),
        Optional.empty());
  }
}
