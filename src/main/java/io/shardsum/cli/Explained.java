package io.shardsum.cli;

import io.shardsum.exit.UsageException;
import io.shardsum.fleet.WeightSource;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.FinishedScan;
import io.shardsum.text.ForeignText;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code --explain} names.
 *
 * @param rank empty: all of them
 * @param tensor its key; empty: all of them
 */
record Explained(EngineResult engine, Optional<Integer> rank, Optional<String> tensor) {

  /**
   * Reads {@code ENGINE}, {@code ENGINE/RANK} or {@code ENGINE/RANK/TENSOR}. Names of engines and
   * tensors may hold slashes: of all engines that fit, the longest name counts.
   *
   * @throws UsageException if the scan has no such engine or rank
   */
  static Explained parse(String text, FinishedScan scan) {
    List<EngineResult> engines = engines(scan);
    EngineResult engine =
        engines.stream()
            .filter(e -> text.equals(e.engine()) || text.startsWith(e.engine() + "/"))
            .max(Comparator.comparing(e -> e.engine().length()))
            .orElseThrow(
                () ->
                    new UsageException(
                        "--explain: no such engine in scan %s: %s; it has: %s"
                            .formatted(
                                scan.scanId(),
                                ForeignText.name(text),
                                ForeignText.list(
                                    engines.stream().map(EngineResult::engine).toList()))));
    if (text.equals(engine.engine())) {
      return new Explained(engine, Optional.empty(), Optional.empty());
    }
    String rest = text.substring(engine.engine().length() + 1);
    int slash = rest.indexOf('/');
    int rank = rank(slash < 0 ? rest : rest.substring(0, slash), engine);
    Optional<String> tensor = slash < 0 ? Optional.empty() : Optional.of(rest.substring(slash + 1));
    return new Explained(engine, Optional.of(rank), tensor);
  }

  /** Of each name one: that whose files were read, or else that which was asked. */
  private static List<EngineResult> engines(FinishedScan scan) {
    Map<String, EngineResult> engines = new LinkedHashMap<>();
    for (WeightSource source : List.of(WeightSource.FILES, WeightSource.LIVE)) {
      scan.engines(source).forEach(engine -> engines.putIfAbsent(engine.engine(), engine));
    }
    return List.copyOf(engines.values());
  }

  private static int rank(String text, EngineResult engine) {
    try {
      int rank = Integer.parseInt(text);
      if (rank >= 0 && rank < engine.expectedRanks()) {
        return rank;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UsageException(
        "--explain: no such rank of engine %s: %s; it has 0 to %s"
            .formatted(
                ForeignText.name(engine.engine()),
                ForeignText.name(text),
                Integer.toString(engine.expectedRanks() - 1)));
  }
}
