package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.List;

/** Joins what was found of the roles of one rank. */
final class RankAssembly {
  private final List<ShardFile> files = new ArrayList<>();
  private final List<String> reasons = new ArrayList<>();
  private RankState state = RankState.FOUND;

  void add(String role, RoleFinding finding) {
    files.addAll(finding.files());
    if (finding.state().compareTo(state) > 0) {
      state = finding.state();
    }
    if (!finding.reason().isEmpty()) {
      reasons.add(
          role.equals(ShardFile.TARGET) ? finding.reason() : role + ": " + finding.reason());
    }
  }

  RankInventory rank(int rank, Parallelism parallelism) {
    return new RankInventory(
        rank,
        parallelism.tpRankOf(rank),
        parallelism.ppRankOf(rank),
        parallelism.dpRankOf(rank),
        state,
        String.join("; ", reasons),
        files);
  }
}
