package io.shardsum.scan.live;

import io.shardsum.fleet.ShardFile;
import io.shardsum.tables.EngineResult;
import io.shardsum.verdict.ComparedGroup;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.RankCopy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The ranks of running engines that have neither a file nor another running engine to compare. */
final class UnverifiedEngines {

  private UnverifiedEngines() {}

  /** A finding for each such engine of a group. */
  static List<Finding> of(ComparedGroup group, List<LiveSource.Landed> live, FileComparison files) {
    Map<Integer, Set<String>> hosts = new HashMap<>();
    Map<String, Long> known = new HashMap<>();
    for (RankCopy copy : group.copies()) {
      if (copy.content().isPresent()) {
        hosts
            .computeIfAbsent(copy.rankInReplica(), any -> new HashSet<>())
            .add(copy.storages().get(ShardFile.TARGET));
        known.merge(copy.engine(), 1L, Long::sum);
      }
    }
    Map<String, SortedSet<Integer>> alone = new TreeMap<>();
    for (RankCopy copy : group.copies()) {
      if (copy.content().isPresent()
          && hosts.get(copy.rankInReplica()).size() == 1
          && !files.covers(copy.engine(), copy.rank())) {
        alone.computeIfAbsent(copy.engine(), any -> new TreeSet<>()).add(copy.rank());
      }
    }
    List<Finding> unverified = new ArrayList<>();
    alone.forEach(
        (engine, ranks) ->
            unverified.add(
                known.get(engine) == ranks.size()
                    ? LiveFindings.unverified(engine, atSameAddress(engine, live))
                    : LiveFindings.unverified(engine, ranks, atSameAddress(engine, live))));
    return unverified;
  }

  private static SortedSet<String> atSameAddress(String engine, List<LiveSource.Landed> live) {
    List<EngineResult> results = live.stream().map(LiveSource.Landed::result).toList();
    EngineResult one =
        results.stream().filter(r -> r.engine().equals(engine)).findFirst().orElseThrow();
    return results.stream()
        .filter(other -> other.group().equals(one.group()) && other.host().equals(one.host()))
        .map(EngineResult::engine)
        .filter(other -> !other.equals(engine))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
