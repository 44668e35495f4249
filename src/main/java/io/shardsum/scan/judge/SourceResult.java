package io.shardsum.scan.judge;

import io.shardsum.fleet.WeightSource;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.Agreement;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.RankOfEngine;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What a scan says of the copies of one source.
 *
 * @param ranks every expected rank of every engine
 * @param engines every engine
 * @param withFiles of running engines that have files: how much of each was compared with them
 * @param agreements who agrees with whom, by engine
 * @param differing how much of each rank differs, where that is known
 * @param coverage how much was checked
 */
public record SourceResult(
    WeightSource source,
    List<RankResult> ranks,
    List<EngineResult> engines,
    Map<String, WithFiles> withFiles,
    Map<String, Agreement> agreements,
    Map<RankOfEngine, CoverageCount.Amount> differing,
    Coverage coverage) {

  /** Copies lists and maps. */
  public SourceResult {
    ranks = List.copyOf(ranks);
    engines = List.copyOf(engines);
    withFiles = Map.copyOf(withFiles);
    agreements = Map.copyOf(agreements);
    differing = Map.copyOf(differing);
  }

  /** No engine of this source is in the scan. */
  public static SourceResult none(WeightSource source) {
    return new SourceResult(
        source, List.of(), List.of(), Map.of(), Map.of(), Map.of(), Coverage.NONE);
  }

  /**
   * The same, engines and their ranks in order.
   *
   * @param order by engine
   */
  public SourceResult inOrder(Map<String, Integer> order) {
    return new SourceResult(
        source,
        ranks.stream()
            .sorted(
                Comparator.comparing((RankResult rank) -> order.get(rank.engine()))
                    .thenComparing(RankResult::rank))
            .toList(),
        engines.stream()
            .sorted(Comparator.comparing(engine -> order.get(engine.engine())))
            .toList(),
        withFiles,
        agreements,
        differing,
        coverage);
  }

  /** The ranks of an engine, in their order. */
  public List<RankResult> ranks(String engine) {
    return ranks.stream().filter(rank -> rank.engine().equals(engine)).toList();
  }

  /**
   * How much of a running engine was compared with its files.
   *
   * @param comparedRanks of which both sides are known
   * @param ranks all of them
   * @param comparedTensors of those ranks
   * @param tensors all of those ranks, except such as no engine reports
   */
  public record WithFiles(long comparedRanks, long ranks, long comparedTensors, long tensors) {

    /** Whether nothing is left that was not compared. */
    public boolean isWhole() {
      return comparedRanks == ranks && comparedTensors == tensors;
    }
  }
}
