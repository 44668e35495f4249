package io.shardsum.live;

import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.Parallelism;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The ranks that a running engine should tell: those of all of its replicas. */
final class ExpectedRanks {

  private ExpectedRanks() {}

  /** The ranks of an engine that told none. */
  static List<LiveRank> unknown(LiveSpec spec, String reason) {
    return all(spec, rank -> unknown(spec.parallelism(), rank, reason));
  }

  static List<LiveRank> all(LiveSpec spec, IntFunction<LiveRank> rank) {
    return IntStream.range(0, spec.parallelism().worldSize()).mapToObj(rank).toList();
  }

  static LiveRank unknown(Parallelism sizes, int rank, String reason) {
    return new LiveRank(
        rank,
        sizes.tpRankOf(rank),
        sizes.ppRankOf(rank),
        sizes.dpRankOf(rank),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.of(reason));
  }
}
