package io.shardsum.cli;

import static java.util.stream.Collectors.groupingBy;

import io.shardsum.scan.EngineResult;
import io.shardsum.scan.ScanSummary;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Who agrees with whom: engines of a comparison group by equal checksum. */
final class Agreement {

  private final Map<String, List<EngineResult>> byGroup;

  Agreement(ScanSummary summary) {
    byGroup = summary.engines().stream().collect(groupingBy(EngineResult::group));
  }

  /** The engines that have the same checksum, or why there are none. */
  List<String> peers(EngineResult engine) {
    return byGroup.get(engine.group()).stream()
        .filter(other -> !other.engine().equals(engine.engine()))
        .filter(other -> Objects.equals(other.checksum(), engine.checksum()))
        .map(EngineResult::engine)
        .toList();
  }

  /** {@link #peers} in words. */
  String of(EngineResult engine) {
    Optional<String> checksum = engine.checksum();
    if (checksum.isEmpty()) {
      return "-";
    }
    long others = byGroup.get(engine.group()).stream().filter(EngineResult::isComplete).count() - 1;
    if (others == 0) {
      return "no other complete engine to compare with";
    }
    List<String> peers = peers(engine);
    return peers.isEmpty()
        ? "none of " + others
        : peers.size() + " of " + others + ": " + TerminalText.list(peers);
  }
}
