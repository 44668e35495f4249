package io.shardsum.cli;

import static java.util.stream.Collectors.groupingBy;

import io.shardsum.scan.EngineResult;
import io.shardsum.scan.RankResult;
import io.shardsum.scan.ScanSummary;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Who agrees with whom: engines of a comparison group by equal checksum. */
final class Agreement {

  private final Map<String, List<EngineResult>> byGroup;
  private final Map<List<Object>, List<RankResult>> byRank;

  Agreement(ScanSummary summary) {
    byGroup = summary.engines().stream().collect(groupingBy(EngineResult::group));
    Map<String, String> groups =
        summary.engines().stream()
            .collect(Collectors.toMap(EngineResult::engine, EngineResult::group));
    byRank =
        summary.ranks().stream()
            .filter(rank -> rank.checksum().isPresent())
            .collect(groupingBy(rank -> List.of(groups.get(rank.engine()), rank.rank())));
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

  /** The engines by the checksum of one rank, the largest camp first. */
  Map<String, List<String>> campsAt(String group, int rank) {
    Map<String, List<String>> camps =
        byRank.get(List.<Object>of(group, rank)).stream()
            .collect(
                groupingBy(
                    copy -> copy.checksum().orElseThrow(),
                    Collectors.mapping(RankResult::engine, Collectors.toList())));
    Map<String, List<String>> ordered = new LinkedHashMap<>();
    camps.entrySet().stream()
        .sorted(
            Comparator.comparing((Map.Entry<String, List<String>> camp) -> -camp.getValue().size())
                .thenComparing(Map.Entry::getKey))
        .forEach(camp -> ordered.put(camp.getKey(), camp.getValue()));
    return ordered;
  }
}
