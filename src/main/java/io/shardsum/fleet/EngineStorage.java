package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** The listed directories of one engine, by location, without the files that it ignores. */
record EngineStorage(Map<String, DirectoryListing> listings, Configuration conf) {
  /** Lists the directory of every role, a shared one once. */
  static EngineStorage list(EngineSpec spec, Configuration conf) {
    Map<String, Integer> depths = new HashMap<>();
    depths.merge(spec.shards(), depth(spec.pattern()), Math::max);
    for (DraftSpec draft : spec.drafts()) {
      depths.merge(draft.shards(), depth(draft.pattern().or(spec::pattern)), Math::max);
    }
    Map<String, DirectoryListing> listings = new HashMap<>();
    depths.forEach(
        (directory, depth) ->
            listings.put(directory, DirectoryListing.withAllBelow(directory, depth, conf)));
    return new EngineStorage(listings, conf).without(spec.ignored(), spec.shards());
  }

  /**
   * The same without what is ignored.
   *
   * @param shards the engine's directory: patterns are relative to it, those of a draft that lies
   *     elsewhere to the draft's
   */
  EngineStorage without(IgnoredFiles ignored, String shards) {
    Map<String, DirectoryListing> left = new HashMap<>();
    listings.forEach(
        (directory, listing) -> {
          boolean below = directory.startsWith(shards + "/");
          String folder = below ? directory.substring(shards.length() + 1) + "/" : "";
          left.put(directory, listing.without(ignored, folder));
        });
    return new EngineStorage(left, conf);
  }

  /** What may hold weights here and is in none of the paths. */
  List<FoundFile> notAmong(Set<String> paths) {
    Map<String, FoundFile> left = new TreeMap<>();
    for (DirectoryListing listing : listings.values()) {
      Stream<FoundFile> shards =
          listing.files().stream().filter(file -> file.hidden() || listing.index().isEmpty());
      Stream.concat(listing.others().stream(), shards)
          .filter(file -> WeightFile.mayBe(file.name()))
          .filter(file -> !paths.contains(file.path()))
          .forEach(file -> left.putIfAbsent(file.path(), file));
    }
    return List.copyOf(left.values());
  }

  private static int depth(Optional<ShardPattern> pattern) {
    return pattern.map(ShardPattern::depth).orElse(0);
  }

  EngineInventory inventory(EngineSpec spec, String group) {
    List<Problem> problems = new ArrayList<>();
    unlisted(ShardFile.TARGET, spec.shards()).ifPresent(problems::add);
    for (DraftSpec draft : spec.drafts()) {
      unlisted(draft.role(), draft.shards()).ifPresent(problems::add);
    }
    List<RankInventory> ranks =
        switch (spec.layout()) {
          case CHECKPOINT -> checkpoint(spec, problems);
          case SHARDED -> sharded(spec, problems);
        };
    listings.values().stream()
        .flatMap(listing -> listing.unlisted().stream())
        .distinct()
        .forEach(problems::add);
    return new EngineInventory(spec, group, spec.expectedRanks(), ranks, problems);
  }

  private Optional<Problem> unlisted(String role, String directory) {
    DirectoryListing listing = listings.get(directory);
    if (listing.outcome() == DirectoryListing.Outcome.LISTED) {
      return Optional.empty();
    }
    ProblemKind kind =
        listing.outcome() == DirectoryListing.Outcome.ABSENT
            ? ProblemKind.DIRECTORY_MISSING
            : ProblemKind.DIRECTORY_UNREADABLE;
    return Optional.of(new Problem(kind, role + ": " + listing.reason(), directory));
  }

  private List<RankInventory> checkpoint(EngineSpec spec, List<Problem> problems) {
    RankAssembly rank = new RankAssembly();
    addCheckpoint(ShardFile.TARGET, spec.shards(), rank, problems);
    for (DraftSpec draft : spec.drafts()) {
      addCheckpoint(draft.role(), draft.shards(), rank, problems);
    }
    return List.of(rank.rank(0, Parallelism.SINGLE));
  }

  private void addCheckpoint(
      String role, String directory, RankAssembly rank, List<Problem> problems) {
    DirectoryListing listing = listings.get(directory).ofOneFormat();
    CheckpointFiles files =
        PreshardedDump.isIn(listing)
            ? PreshardedDump.of(role, listing, conf)
            : CheckpointFiles.of(role, listing, conf);
    rank.add(role, files.finding());
    problems.addAll(files.problems());
  }

  private List<RankInventory> sharded(EngineSpec spec, List<Problem> problems) {
    List<RankFiles> roles = new ArrayList<>();
    roles.add(RankFiles.of(ShardFile.TARGET, spec.pattern(), listings.get(spec.shards()), spec));
    for (DraftSpec draft : spec.drafts()) {
      roles.add(
          RankFiles.of(
              draft.role(), draft.pattern().or(spec::pattern), listings.get(draft.shards()), spec));
    }
    roles.forEach(role -> problems.addAll(role.problems()));
    problems.addAll(strays(roles));
    List<RankInventory> ranks = new ArrayList<>();
    for (int number = 0; number < spec.expectedRanks(); number++) {
      RankAssembly rank = new RankAssembly();
      for (RankFiles role : roles) {
        rank.add(role.role(), role.at(number));
      }
      ranks.add(rank.rank(number, spec.parallelism()));
    }
    return ranks;
  }

  /** Roles may share a directory: a file is stray when it matches the pattern of none. */
  private static List<Problem> strays(List<RankFiles> roles) {
    Set<String> known = new HashSet<>();
    roles.forEach(role -> known.addAll(role.matchedPaths()));
    List<Problem> strays = new ArrayList<>();
    for (RankFiles role : roles) {
      for (FoundFile file : role.unmatched()) {
        if (known.add(file.path())) {
          strays.add(
              new Problem(
                  ProblemKind.STRAY_FILE,
                  MessageText.printable(file.name()) + " matches no rank by " + role.pattern(),
                  file.path()));
        }
      }
    }
    return strays;
  }
}
