package io.shardsum.scan.judge;

import io.shardsum.fleet.WeightSource;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.RankResult;
import io.shardsum.verdict.Agreement;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.CoverageCount;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.RankOfEngine;
import java.util.List;
import java.util.Map;

/**
 * What judging the copies of one source has found.
 *
 * @param findings everything that is wrong, or was compared with nothing
 * @param agreements who agrees with whom, by engine
 * @param differing how much of each rank differs, where that is known
 * @param coverage how much was checked
 */
public record Judgement(
    WeightSource source,
    List<Finding> findings,
    Map<String, Agreement> agreements,
    Map<RankOfEngine, CoverageCount.Amount> differing,
    Coverage coverage) {

  /** With the ranks and engines that were judged. */
  public SourceResult result(
      List<RankResult> ranks,
      List<EngineResult> engines,
      Map<String, SourceResult.WithFiles> withFiles) {
    return new SourceResult(source, ranks, engines, withFiles, agreements, differing, coverage);
  }
}
