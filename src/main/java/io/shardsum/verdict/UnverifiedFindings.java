package io.shardsum.verdict;

import io.shardsum.fleet.ComparisonGroup;
import io.shardsum.text.NumberWords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The ranks that were hashed and compared with nothing, or have nothing to compare. */
final class UnverifiedFindings {

  private final GroupVerdict verdict;

  UnverifiedFindings(GroupVerdict verdict) {
    this.verdict = verdict;
  }

  List<Finding> findings() {
    Map<String, SortedSet<Integer>> alone = new LinkedHashMap<>();
    Map<String, SortedSet<Integer>> empty = new LinkedHashMap<>();
    for (ReplicaRank rankInReplica : verdict.ranksInReplica().values()) {
      for (List<RankCopy> contentGroup : rankInReplica.contentGroups().values()) {
        for (RankCopy copy : contentGroup) {
          if (rankInReplica.comparable() == 1) {
            alone.computeIfAbsent(copy.engine(), any -> new TreeSet<>()).add(copy.rank());
          } else if (copy.isEmpty()) {
            empty.computeIfAbsent(copy.engine(), any -> new TreeSet<>()).add(copy.rank());
          }
        }
      }
    }
    Set<String> engines =
        verdict.group().copies().stream().map(RankCopy::engine).collect(Collectors.toSet());
    if (engines.size() > 1 && isOneStorage() && !alone.isEmpty()) {
      return List.of(ofOneStorage(engines.size()));
    }
    List<Finding> findings = new ArrayList<>();
    alone.forEach((engine, ranks) -> findings.add(ofEngine(engine, ranks, engines.size())));
    empty.forEach((engine, ranks) -> findings.add(ofNoTensors(engine, ranks)));
    return findings;
  }

  private boolean isOneStorage() {
    return verdict.ranksInReplica().values().stream()
        .allMatch(p -> p.copies().stream().map(RankCopy::storage).distinct().count() == 1);
  }

  private Finding ofOneStorage(int engines) {
    return finding(
        Subject.EVERYBODY,
        Optional.of(verdict.group().label()),
        "all %s %s read the same files: compared with nothing"
            .formatted(
                Integer.toString(engines), ComparisonGroup.engines(verdict.group().label())));
  }

  private Finding ofEngine(String engine, SortedSet<Integer> ranks, int engines) {
    if (engines == 1) {
      return finding(Subject.engine(engine), Optional.empty(), ofNoOther(verdict.group().label()));
    }
    long readable =
        verdict.group().copies().stream()
            .filter(copy -> copy.engine().equals(engine) && copy.content().isPresent())
            .count();
    boolean all = readable == ranks.size();
    Subject subject =
        all || ranks.size() > 1 ? Subject.engine(engine) : Subject.rank(engine, ranks.first());
    Finding finding =
        finding(
            subject,
            Optional.empty(),
            "no other copy of %s could be read: compared with nothing"
                .formatted(NumberWords.ranks(ranks)));
    return all ? finding : finding.aboutRanks(ranks);
  }

  private static String ofNoOther(String group) {
    if (ComparisonGroup.isOfEngine(group)) {
      return "no model is given for it: compared with nothing (give 'model', and 'revision', to the engines that should be equal)";
    }
    return ComparisonGroup.isOfStructure(group)
        ? "no other engine has tensors of the same names, dtypes and shapes: compared with nothing"
        : "the only engine of its comparison group: compared with nothing";
  }

  private static Finding ofNoTensors(String engine, SortedSet<Integer> ranks) {
    boolean isOne = ranks.size() == 1;
    return finding(
            isOne ? Subject.rank(engine, ranks.first()) : Subject.engine(engine),
            Optional.empty(),
            "no tensor of %s was hashed, in this or any other copy: nothing was compared"
                .formatted(NumberWords.ranks(ranks)))
        .aboutRanks(ranks);
  }

  private static Finding finding(Subject subject, Optional<String> location, String detail) {
    return Finding.of(
        FindingKind.UNVERIFIED,
        subject,
        Comparison.of("another copy to compare with", "none"),
        location,
        detail);
  }
}
