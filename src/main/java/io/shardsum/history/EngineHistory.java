package io.shardsum.history;

import io.shardsum.fleet.WeightSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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

  /** The same in some of the scans only; empty where it has no step in these. */
  Optional<EngineHistory> in(Set<PastScan> scans) {
    List<EngineStep> some = steps.stream().filter(step -> scans.contains(step.scan())).toList();
    return some.isEmpty() ? Optional.empty() : Optional.of(new EngineHistory(engine, source, some));
  }
}
