package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is said where no content has a strict majority. All parties are named, nobody is blamed.
 *
 * <p>SPLIT: the engines fall into the same camps in every rank, and in each rank at least half of
 * the tensors differ between them. They hold different weights as a whole. UNDECIDED is anything
 * less: a tensor, or several of a rank.
 */
final class UndecidedFindings {

  private final GroupVerdict verdict;
  private final Map<Integer, List<Undecided>> byPlace;

  UndecidedFindings(GroupVerdict verdict) {
    this.verdict = verdict;
    this.byPlace =
        verdict.undecided().stream()
            .collect(
                Collectors.groupingBy(Undecided::rankInReplica, TreeMap::new, Collectors.toList()));
  }

  List<Finding> findings() {
    if (byPlace.isEmpty()) {
      return List.of();
    }
    if (isSplit()) {
      return List.of(split());
    }
    List<Finding> findings = new ArrayList<>();
    byPlace.forEach((rankInReplica, tensors) -> findings.addAll(ofPlace(rankInReplica, tensors)));
    return findings;
  }

  /** Whether the engines hold different weights as a whole. */
  boolean isSplit() {
    Set<String> incomplete =
        verdict.group().copies().stream()
            .filter(copy -> copy.content().isEmpty())
            .map(RankCopy::engine)
            .collect(Collectors.toSet());
    Set<Set<Set<String>>> partitions = new HashSet<>();
    verdict.undecided().forEach(u -> partitions.add(u.campsWithout(incomplete)));
    return partitions.size() == 1
        && partitions.iterator().next().size() > 1
        && verdict.ranksInReplica().values().stream()
            .allMatch(
                rankInReplica ->
                    isMostly(
                        rankInReplica, byPlace.getOrDefault(rankInReplica.number(), List.of())));
  }

  private boolean isMostly(ReplicaRank rankInReplica, List<Undecided> tensors) {
    long differing = tensors.size() + verdict.unseenAt(rankInReplica.number());
    return differing > 1 && 2 * differing >= rankInReplica.tensors();
  }

  private Finding split() {
    Undecided first = verdict.undecided().get(0);
    long all = first.holders().values().stream().mapToLong(List::size).sum();
    String contentGroups =
        first.holders().values().stream()
            .map(
                copies ->
                    "%s of %s copies: %s%s"
                        .formatted(
                            Integer.toString(copies.size()),
                            Long.toString(all),
                            Wording.engines(copies),
                            revisionOf(copies.get(0))))
            .collect(Collectors.joining("; "));
    return Finding.of(
        FindingKind.SPLIT,
        Subject.EVERYBODY,
        new Comparison(Optional.empty(), Optional.empty(), Optional.of(first.votes().text())),
        Optional.of(verdict.group().label()),
        "the engines hold %s different weights, none with a majority; %s of %s differ: %s"
            .formatted(
                Integer.toString(first.holders().size()),
                Wording.count(verdict.undecided().size(), "tensor"),
                Wording.count(byPlace.size(), "rank"),
                contentGroups));
  }

  private String revisionOf(RankCopy copy) {
    return copy.content()
        .flatMap(content -> verdict.revisions().holding(copy.rankInReplica(), content))
        .map(known -> " (" + new RevisionWording(verdict.group(), known).actual() + ")")
        .orElse("");
  }

  private List<Finding> ofPlace(int rankInReplica, List<Undecided> tensors) {
    if (tensors.size() <= Finding.MOST_OF_ONE_CAUSE
        && !isMostly(verdict.ranksInReplica().get(rankInReplica), tensors)
        && verdict.unseenAt(rankInReplica) == 0) {
      return tensors.stream().map(tensor -> finding(List.of(tensor))).toList();
    }
    Map<Set<Set<String>>, List<Undecided>> byContentGroups = new LinkedHashMap<>();
    tensors.forEach(
        t -> byContentGroups.computeIfAbsent(t.contentGroups(), any -> new ArrayList<>()).add(t));
    return byContentGroups.values().stream().map(this::finding).toList();
  }

  /** The engines of a camp; the replicas where an engine has several that do not agree. */
  private String named(Undecided undecided, List<RankCopy> contentGroup) {
    return Wording.names(
        contentGroup.stream()
            .map(copy -> isTorn(undecided, copy.engine()) ? replica(copy) : copy.engine())
            .distinct()
            .toList());
  }

  private static boolean isTorn(Undecided undecided, String engine) {
    return undecided.holders().values().stream()
            .filter(copies -> copies.stream().anyMatch(copy -> copy.engine().equals(engine)))
            .count()
        > 1;
  }

  private String replica(RankCopy copy) {
    long before =
        verdict.ranksInReplica().get(copy.rankInReplica()).copies().stream()
            .filter(other -> other.engine().equals(copy.engine()) && other.rank() < copy.rank())
            .count();
    return "%s replica %s".formatted(copy.engine(), before);
  }

  private Finding finding(List<Undecided> tensors) {
    Undecided first = tensors.get(0);
    Optional<TensorName> one = tensors.size() == 1 ? Optional.of(first.name()) : Optional.empty();
    String contentGroups =
        first.holders().entrySet().stream()
            .map(
                contentGroup ->
                    (one.isPresent() ? first.label(contentGroup.getKey()) + " in " : "")
                        + named(first, contentGroup.getValue())
                        + oneVote(first, contentGroup.getValue()))
            .collect(Collectors.joining(one.isPresent() ? "; " : " against "));
    List<TensorName> names = tensors.stream().map(Undecided::name).sorted().toList();
    Finding finding =
        Finding.of(
            FindingKind.UNDECIDED,
            Subject.everybodyAt(first.rankInReplica(), one),
            new Comparison(Optional.empty(), Optional.empty(), Optional.of(first.votes().text())),
            Optional.of(verdict.group().label()),
            (one.isPresent()
                    ? "no content has a majority: " + contentGroups
                    : "%s without a majority, %s: %s"
                        .formatted(
                            Wording.count(tensors.size(), "tensor"),
                            contentGroups,
                            Wording.names(names.stream().map(TensorName::key).toList())))
                + (first.votes().silent() == 0 ? "" : "; votes: " + first.votes().text())
                + elsewhere(tensors));
    return one.isPresent() ? finding : finding.about(names);
  }

  private static String oneVote(Undecided undecided, List<RankCopy> contentGroup) {
    long storages =
        contentGroup.stream().map(c -> c.storage(undecided.name().role())).distinct().count();
    return contentGroup.size() > 1 && storages == 1 ? " (same files, one vote)" : "";
  }

  /** Where what copies hold is right, too: they may hold it in the wrong place. */
  private String elsewhere(List<Undecided> tensors) {
    Map<List<String>, Integer> counts = new LinkedHashMap<>();
    for (Undecided tensor : tensors) {
      tensor
          .holders()
          .forEach(
              (held, copies) ->
                  held.flatMap(h -> elsewhere(tensor, h))
                      .ifPresent(
                          where ->
                              counts.merge(
                                  List.of(named(tensor, copies), where), 1, Integer::sum)));
    }
    StringBuilder text = new StringBuilder();
    counts.forEach(
        (what, count) ->
            text.append(
                "; what %s %s%s is also what %s should hold"
                    .formatted(
                        what.get(0),
                        what.get(0).contains(" and ") ? "hold" : "holds",
                        tensors.size() == 1 ? "" : " in " + count + " of them",
                        what.get(1))));
    return text.toString();
  }

  private Optional<String> elsewhere(Undecided tensor, HeldTensor held) {
    return verdict.origins().find(tensor.rankInReplica(), tensor.name(), held).stream()
        .findFirst()
        .map(origin -> where(origin, tensor));
  }

  private static String where(Origin origin, Undecided tensor) {
    if (origin.name().equals(tensor.name())) {
      return "rank " + origin.rankInReplica();
    }
    String ofRank =
        origin.rankInReplica() == tensor.rankInReplica()
            ? ""
            : " of rank " + origin.rankInReplica();
    return origin.name().key() + ofRank;
  }
}
