package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

  /** {@link #storage} of each role. */
  public Map<String, String> storages() {
    Map<String, String> storages = new TreeMap<>();
    storages.put(ShardFile.TARGET, storage());
    spec.drafts().forEach(d -> storages.put(d.role(), StorageLocation.canonical(d.shards())));
    return storages;
  }

  /** Where its shards really lie: engines with one storage are one copy, not several. */
  public String storage() {
    return StorageLocation.canonical(spec.shards());
  }
}
