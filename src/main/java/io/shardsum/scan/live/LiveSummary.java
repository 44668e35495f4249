package io.shardsum.scan.live;

import io.shardsum.verdict.Agreement;
import io.shardsum.verdict.Coverage;
import java.util.List;
import java.util.Map;

/**
 * What the running engines of a scan said.
 *
 * @param beside how much of each engine that has files was compared with them
 * @param agreements which running engines agree with whom, by engine
 * @param coverage how much of it was checked, apart from what was checked of files
 */
public record LiveSummary(
    List<LiveEngineResult> engines,
    Map<String, Beside> beside,
    Map<String, Agreement> agreements,
    Coverage coverage) {

  /** No engine was asked. */
  public static final LiveSummary NONE =
      new LiveSummary(List.of(), Map.of(), Map.of(), new Coverage(List.of(), List.of(), Map.of()));

  /** Copies list and map. */
  public LiveSummary {
    engines = List.copyOf(engines);
    beside = Map.copyOf(beside);
    agreements = Map.copyOf(agreements);
  }

  /**
   * A running engine beside its files.
   *
   * @param comparedRanks of which both sides are known
   * @param ranks all of them
   * @param comparedTensors of those ranks
   * @param tensors all of those ranks, except such as no engine reports
   */
  public record Beside(long comparedRanks, long ranks, long comparedTensors, long tensors) {

    /** Whether nothing is left that was not compared. */
    public boolean isWhole() {
      return comparedRanks == ranks && comparedTensors == tensors;
    }
  }
}
