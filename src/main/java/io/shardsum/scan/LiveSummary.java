package io.shardsum.scan;

import io.shardsum.verdict.Coverage;
import java.util.List;

/**
 * What the running engines of a scan said.
 *
 * @param coverage how much of it was checked, apart from what was checked of files
 */
public record LiveSummary(List<LiveEngineResult> engines, Coverage coverage) {

  /** No engine was asked. */
  public static final LiveSummary NONE =
      new LiveSummary(List.of(), new Coverage(List.of(), List.of()));

  /** Copies the list. */
  public LiveSummary {
    engines = List.copyOf(engines);
  }
}
