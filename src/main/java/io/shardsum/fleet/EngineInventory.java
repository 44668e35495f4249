package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was found of one engine.
 *
 * @param group engines with the same label should hold the same weights
 * @param ranks the expected ones, ascending; of a copy on one host those that it has
 * @param problems what is wrong beyond single ranks
 */
public record EngineInventory(
    EngineSpec spec,
    String group,
    int expectedRanks,
    List<RankInventory> ranks,
    List<Problem> problems) {
  public EngineInventory {
    requireNonNull(spec, "spec is null");
    requireNonNull(group, "group is null");
    ranks = List.copyOf(ranks);
    problems = List.copyOf(problems);
    for (int at = 0; at < ranks.size(); at++) {
      int rank = ranks.get(at).rank();
      if (rank >= expectedRanks || (at > 0 && rank <= ranks.get(at - 1).rank())) {
        throw new IllegalArgumentException(
            "expected the ranks below " + expectedRanks + ", each once, found " + ranks);
      }
    }
  }

  EngineInventory inGroup(String label) {
    return new EngineInventory(spec, label, expectedRanks, ranks, problems);
  }

  EngineInventory withProblems(List<Problem> all) {
    return new EngineInventory(spec, group, expectedRanks, ranks, all);
  }

  /**
   * How its ranks are hashed: {@code sglang sglang-0.5.20 skip k_scale}. Checksums of one engine
   * tell something of each other only where this is equal.
   */
  public String hashing() {
    return ComparisonGroup.hashing(spec);
  }

  /** All of its settings that digests of its files follow from. */
  public String hashedAs() {
    return "%s, digest %s%s, %s %s"
        .formatted(
            hashing(),
            spec.digest().word(),
            spec.fileDigest() == FileDigest.NONE ? "" : ", files as a whole",
            spec.layout().name().toLowerCase(Locale.ROOT),
            spec.parallelism());
  }

  /** What the comparison groups of all revisions of its model have in common. */
  public String family() {
    return ComparisonGroup.family(group, spec.model(), spec.revision());
  }

  /**
   * Which files a rank is read from, by role. Copies of a rank with the same files are one copy, by
   * whatever paths they lead there.
   */
  public Map<String, String> storages(RankInventory rank) {
    return StorageIdentity.of(spec, rank);
  }

  /** Which files all of its ranks are read from, by role. */
  public Map<String, String> storages() {
    return StorageIdentity.of(spec, ranks);
  }

  /** The hosts on whose disks its files lie, with commas between; empty where nobody names any. */
  public Optional<String> hostNames() {
    return Optional.of(String.join(", ", spec.visibility().hosts()))
        .filter(names -> !names.isEmpty());
  }

  /** The directories of its shards and of its drafts. */
  public Stream<String> directories() {
    return Stream.concat(Stream.of(spec.shards()), spec.drafts().stream().map(DraftSpec::shards));
  }
}
