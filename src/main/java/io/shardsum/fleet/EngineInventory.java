package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What was found of one engine.
 *
 * @param group engines with the same label should hold the same weights
 * @param ranks exactly the expected ones, ascending
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
    if (ranks.size() != expectedRanks) {
      throw new IllegalArgumentException(
          "expected " + expectedRanks + " ranks, found " + ranks.size());
    }
    for (int at = 0; at < ranks.size(); at++) {
      if (ranks.get(at).rank() != at) {
        throw new IllegalArgumentException("expected rank " + at + ", found " + ranks.get(at));
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

  /** The directories of its shards and of its drafts. */
  Stream<String> directories() {
    return Stream.concat(Stream.of(spec.shards()), spec.drafts().stream().map(DraftSpec::shards));
  }
}
