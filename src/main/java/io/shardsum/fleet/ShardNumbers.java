package io.shardsum.fleet;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalInt;

/** The numbers that a file name gives for the placeholders of its pattern. */
record ShardNumbers(Map<Placeholder, Integer> values) {
  /** What a pattern can ask of a file name. */
  enum Placeholder {
    RANK("rank"),
    TP_RANK("tp_rank"),
    PP_RANK("pp_rank"),
    DP_RANK("dp_rank"),
    PART("part");

    private final String text;

    Placeholder(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  ShardNumbers {
    values = new EnumMap<>(values);
  }

  int part() {
    return values.getOrDefault(Placeholder.PART, 0);
  }

  /** The number, or 0 where the pattern has no such placeholder. */
  int numberOf(Placeholder placeholder) {
    return values.getOrDefault(placeholder, 0);
  }

  /** Whether every number is below its declared size. */
  boolean within(Parallelism parallelism, int expectedRanks) {
    return numberOf(Placeholder.RANK) < expectedRanks
        && numberOf(Placeholder.TP_RANK) < parallelism.tp()
        && numberOf(Placeholder.PP_RANK) < parallelism.pp()
        && numberOf(Placeholder.DP_RANK) < parallelism.dp();
  }

  /**
   * The world rank of numbers that are {@link #within} the parallelism; empty where they contradict
   * each other. {@code rank} beside {@code pp_rank} or {@code dp_rank} may be the world rank or, as
   * vLLM writes it, the rank inside that stage: at most one of them agrees with the rest.
   */
  OptionalInt worldRank(Parallelism parallelism) {
    int base =
        numberOf(Placeholder.DP_RANK) * parallelism.replicaSize()
            + numberOf(Placeholder.PP_RANK) * parallelism.tp();
    if (!values.containsKey(Placeholder.RANK)) {
      return OptionalInt.of(base + numberOf(Placeholder.TP_RANK));
    }
    int rank = numberOf(Placeholder.RANK);
    if (agrees(rank, parallelism)) {
      return OptionalInt.of(rank);
    }
    if (agrees(base + rank, parallelism)) {
      return OptionalInt.of(base + rank);
    }
    return OptionalInt.empty();
  }

  private boolean agrees(int worldRank, Parallelism parallelism) {
    return agrees(Placeholder.TP_RANK, parallelism.tpRankOf(worldRank))
        && agrees(Placeholder.PP_RANK, parallelism.ppRankOf(worldRank))
        && agrees(Placeholder.DP_RANK, parallelism.dpRankOf(worldRank));
  }

  private boolean agrees(Placeholder placeholder, int number) {
    return values.getOrDefault(placeholder, number) == number;
  }
}
