package io.shardsum.history;

import io.shardsum.fleet.WeightSource;
import java.util.List;

/**
 * An engine in the scans of a range.
 *
 * @param source of its checksums: FILES or LIVE
 * @param steps oldest first; a scan in which it is neither there nor missed has none
 */
public record EngineHistory(String engine, WeightSource source, List<EngineStep> steps) {

  /** Copies the list. */
  public EngineHistory {
    steps = List.copyOf(steps);
  }

  /** Its newest step. */
  public EngineStep last() {
    return steps.get(steps.size() - 1);
  }
}
