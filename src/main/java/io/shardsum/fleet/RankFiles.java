package io.shardsum.fleet;

import io.shardsum.fleet.ShardNumbers.Placeholder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files of one directory that match one pattern, by the rank that they belong to. */
final class RankFiles {
  private final String role;
  private final ShardPattern pattern;
  private final DirectoryListing listing;
  private final Parallelism parallelism;
  private final int expectedRanks;
  private final SortedMap<Integer, List<ShardFile>> byRank = new TreeMap<>();
  private final SortedMap<Integer, List<NotAFile>> broken = new TreeMap<>();
  private final List<FoundFile> unmatched = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private final boolean stagesOverwriteEachOther;
  private final int firstPart;

  private RankFiles(String role, ShardPattern pattern, DirectoryListing listing, EngineSpec spec) {
    this.role = role;
    this.pattern = pattern;
    this.listing = listing;
    this.parallelism = spec.parallelism();
    this.expectedRanks = spec.expectedRanks();
    for (FoundFile file : listing.shards()) {
      Optional<ShardNumbers> numbers = pattern.match(file.name());
      if (numbers.isPresent()) {
        assign(file, numbers.get());
      } else {
        unmatched.add(file);
      }
    }
    listing.brokenShards().forEach(this::assign);
    for (List<ShardFile> files : byRank.values()) {
      files.sort(Comparator.comparingInt(ShardFile::part).thenComparing(ShardFile::path));
    }
    this.stagesOverwriteEachOther =
        parallelism.pp() > 1
            && !pattern.has(Placeholder.PP_RANK)
            && !byRank.isEmpty()
            && byRank.keySet().stream().allMatch(rank -> parallelism.ppRankOf(rank) == 0);
    this.firstPart = countsFromOne() ? 1 : 0;
  }

  /** Engines count parts from 0. Names of one's own may count from 1 in all ranks. */
  private boolean countsFromOne() {
    return !ShardPattern.known().contains(pattern)
        && pattern.has(Placeholder.PART)
        && byRank.values().stream().noneMatch(files -> files.get(0).part() == 0)
        && byRank.values().stream().anyMatch(files -> files.get(0).part() == 1);
  }

  /** By the given pattern, or by that of the known ones which finds most of the expected ranks. */
  static RankFiles of(
      String role, Optional<ShardPattern> pattern, DirectoryListing listing, EngineSpec spec) {
    if (pattern.isPresent()) {
      return new RankFiles(role, pattern.get(), listing, spec);
    }
    RankFiles best = new RankFiles(role, ShardPattern.known().get(0), listing, spec);
    for (ShardPattern known : ShardPattern.known().subList(1, ShardPattern.known().size())) {
      RankFiles candidate = new RankFiles(role, known, listing, spec);
      if (candidate.findsMoreThan(best)) {
        best = candidate;
      }
    }
    return best;
  }

  private boolean findsMoreThan(RankFiles other) {
    int ranks = byRank.size() + broken.size();
    int otherRanks = other.byRank.size() + other.broken.size();
    if (ranks != otherRanks) {
      return ranks > otherRanks;
    }
    return unmatched.size() < other.unmatched.size();
  }

  private void assign(FoundFile file, ShardNumbers numbers) {
    if (!numbers.within(parallelism, expectedRanks)) {
      problems.add(
          problem(
              ProblemKind.RANK_OUTSIDE_PARALLELISM,
              file,
              String.format(
                  Locale.ROOT,
                  "is outside the expected parallelism: tp %d, pp %d, dp %d, so ranks 0 to %d",
                  parallelism.tp(),
                  parallelism.pp(),
                  parallelism.dp(),
                  expectedRanks - 1)));
      return;
    }
    OptionalInt rank = numbers.worldRank(parallelism);
    if (rank.isEmpty()) {
      problems.add(
          problem(
              ProblemKind.RANK_NUMBERS_DISAGREE,
              file,
              "has numbers that contradict each other with tp "
                  + parallelism.tp()
                  + ", pp "
                  + parallelism.pp()));
      return;
    }
    byRank
        .computeIfAbsent(rank.getAsInt(), absent -> new ArrayList<>())
        .add(file.as(role, numbers.part()));
  }

  private void assign(NotAFile shard) {
    pattern
        .match(shard.name())
        .filter(numbers -> numbers.within(parallelism, expectedRanks))
        .map(numbers -> numbers.worldRank(parallelism))
        .ifPresent(
            rank ->
                rank.ifPresent(
                    at -> broken.computeIfAbsent(at, absent -> new ArrayList<>()).add(shard)));
  }

  private static Problem problem(ProblemKind kind, FoundFile file, String what) {
    return new Problem(kind, MessageText.printable(file.name()) + " " + what, file.path());
  }

  String role() {
    return role;
  }

  ShardPattern pattern() {
    return pattern;
  }

  /** The paths of the files that the pattern matches, of whatever rank. */
  List<String> matchedPaths() {
    List<String> paths = new ArrayList<>();
    byRank.values().forEach(files -> files.forEach(file -> paths.add(file.path())));
    problems.forEach(problem -> paths.add(problem.path()));
    return paths;
  }

  List<FoundFile> unmatched() {
    return unmatched;
  }

  /** Files that match the pattern and are of no expected rank. */
  List<Problem> problems() {
    return problems;
  }

  /** The files of an expected rank and what is wrong with them. */
  RoleFinding at(int rank) {
    if (listing.outcome() != DirectoryListing.Outcome.LISTED) {
      return RoleFinding.ofUnlisted(listing);
    }
    List<ShardFile> files = byRank.getOrDefault(rank, List.of());
    if (stagesOverwriteEachOther) {
      RankState state = files.isEmpty() ? RankState.MISSING : RankState.UNREADABLE;
      return new RoleFinding(state, overwritten(), files);
    }
    if (broken.containsKey(rank)) {
      return new RoleFinding(RankState.UNREADABLE, NotAFile.reasons(broken.get(rank)), files);
    }
    if (files.isEmpty()) {
      return RoleFinding.missing(noFileOf(rank));
    }
    RankState state = RankState.FOUND;
    List<String> reasons = new ArrayList<>();
    for (int at = 1; at < files.size(); at++) {
      if (files.get(at).part() == files.get(at - 1).part()) {
        state = RankState.DUPLICATE;
        reasons.add(twice(files.get(at - 1), files.get(at)));
      }
    }
    PartNumbers parts = new PartNumbers(firstPart, files.stream().map(ShardFile::part).toList());
    if (parts.missing() > 0) {
      state = RankState.MISSING;
      reasons.add(parts.toString());
    }
    return new RoleFinding(state, String.join("; ", reasons), files);
  }

  private static String twice(ShardFile first, ShardFile second) {
    return String.format(
        Locale.ROOT,
        "part %d is in two files: %s and %s",
        first.part(),
        MessageText.printable(first.path()),
        MessageText.printable(second.path()));
  }

  private String overwritten() {
    return String.format(
        Locale.ROOT,
        "the names %s have no pipeline stage, and only ranks 0 to %d were found: with pp %d, SGLang's"
            + " pipeline stages write the same file names and overwrite each other, so it is not"
            + " known which stage a file belongs to",
        pattern,
        parallelism.tp() - 1,
        parallelism.pp());
  }

  private String noFileOf(int rank) {
    String where = MessageText.printable(listing.directory());
    if (!byRank.isEmpty()) {
      return String.format(
          Locale.ROOT,
          "no file of rank %d in %s: found %s",
          rank,
          where,
          MessageText.counted("rank", byRank.keySet(), byRank.size()));
    }
    if (listing.shards().isEmpty()) {
      return listing.withoutShards();
    }
    return String.format(
        Locale.ROOT,
        "no file of rank %d in %s: none of its %d %s files is of an expected rank",
        rank,
        where,
        listing.shards().size(),
        ShardPattern.SUFFIX);
  }
}
