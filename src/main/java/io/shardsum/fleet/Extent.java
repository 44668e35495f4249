package io.shardsum.fleet;

import io.shardsum.fleet.ShardNumbers.Placeholder;
import java.util.List;
import java.util.OptionalInt;

/** How far the numbers in an engine's file names reach. */
record Extent(int tp, int pp) {
  private static final Extent SINGLE = new Extent(1, 1);
  private static final int MAX_STAGES = 256;

  /**
   * Of the files that match one of the known patterns. Numbers that no engine can have do not
   * count.
   */
  static Extent of(ShardPattern pattern, List<FoundFile> files) {
    Extent extent = SINGLE;
    for (FoundFile file : files) {
      extent = extent.max(pattern.match(file.name()).map(Extent::of).orElse(SINGLE));
    }
    return extent;
  }

  private static Extent of(ShardNumbers numbers) {
    int rank = numbers.numberOf(Placeholder.RANK);
    int tpRank = numbers.numberOf(Placeholder.TP_RANK);
    int ppRank = numbers.numberOf(Placeholder.PP_RANK);
    if (rank >= Parallelism.MAX_RANKS
        || ppRank >= MAX_STAGES
        || tpRank >= Parallelism.MAX_RANKS / MAX_STAGES) {
      return SINGLE;
    }
    return new Extent(Math.max(rank, tpRank) + 1, ppRank + 1);
  }

  Extent max(Extent other) {
    return new Extent(Math.max(tp, other.tp), Math.max(pp, other.pp));
  }

  /** What was given wins; ranks found without stages are shared among the stages given. */
  Parallelism parallelism(OptionalInt givenTp, OptionalInt givenPp, ShardPattern pattern) {
    int stages = givenPp.orElse(pp);
    int ofOneStage = tp;
    if (!pattern.has(Placeholder.PP_RANK)) {
      ofOneStage = Math.min((tp + stages - 1) / stages, Parallelism.MAX_RANKS / stages);
    }
    return new Parallelism(givenTp.orElse(ofOneStage), stages, 1);
  }
}
