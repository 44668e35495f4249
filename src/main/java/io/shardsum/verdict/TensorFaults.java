package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Explains the tensors of copies that are wrong, but not as a whole another rank or revision. */
final class TensorFaults {

  /** A tensor of a copy. */
  private record Spot(RankCopy copy, TensorDifference difference) {
    List<Object> expected() {
      return List.of(difference.name(), difference.expectedContent());
    }

    List<Object> actual() {
      return List.of(difference.name(), difference.actualContent());
    }
  }

  private static final Exchanges<Spot> BETWEEN_RANKS =
      new Exchanges<>(Spot::expected, Spot::actual);

  private static final Exchanges<TensorDifference> WITHIN_A_RANK =
      new Exchanges<>(TensorDifference::expectedContent, TensorDifference::actualContent);

  private final Map<Integer, TensorVote> votes;
  private final Revisions revisions;
  private final Evidence evidence;
  private final Map<RankCopy, List<TensorDifference>> left = new LinkedHashMap<>();
  private final List<Fault> faults = new ArrayList<>();

  TensorFaults(List<TensorVote> votes, Revisions revisions, Evidence evidence) {
    this.votes =
        votes.stream().collect(Collectors.toMap(vote -> vote.place().number(), vote -> vote));
    this.revisions = revisions;
    this.evidence = evidence;
  }

  /** Explains every one of these differences exactly once. */
  List<Fault> explain(Map<RankCopy, List<TensorDifference>> unexplained) {
    unexplained.forEach((copy, differences) -> left.put(copy, new ArrayList<>(differences)));
    explainExchangesBetweenRanks();
    explainRevisions();
    left.forEach(
        (copy, differences) -> {
          for (List<TensorDifference> ring : WITHIN_A_RANK.among(damaged(differences))) {
            add(copy, new Explanation.ExchangedTensors(), ring);
          }
          differences.forEach(
              d -> faults.add(fault(copy, new Explanation.OfTensor(d.kind()), List.of(d))));
        });
    return faults;
  }

  /** Explains some of a copy's differences, which are then no more to be explained. */
  private void add(RankCopy copy, Explanation why, List<TensorDifference> tensors) {
    faults.add(fault(copy, why, tensors));
    left.get(copy).removeAll(new HashSet<>(tensors));
  }

  private Fault fault(RankCopy copy, Explanation why, List<TensorDifference> tensors) {
    Comparison comparison =
        votes.get(copy.place()).place().comparison(copy.content().orElseThrow());
    return new Fault(copy, why, tensors, comparison);
  }

  private static List<TensorDifference> damaged(List<TensorDifference> differences) {
    return differences.stream().filter(d -> d.kind() == FindingKind.DAMAGED).toList();
  }

  private void explainExchangesBetweenRanks() {
    Map<String, List<Spot>> byEngine = new LinkedHashMap<>();
    left.forEach(
        (copy, differences) ->
            damaged(differences)
                .forEach(
                    d ->
                        byEngine
                            .computeIfAbsent(copy.engine(), any -> new ArrayList<>())
                            .add(new Spot(copy, d))));
    for (List<Spot> ofEngine : byEngine.values()) {
      Map<SortedSet<Integer>, List<Spot>> byRanks = new LinkedHashMap<>();
      for (List<Spot> ring : BETWEEN_RANKS.among(ofEngine)) {
        SortedSet<Integer> ranks = new TreeSet<>();
        ring.forEach(spot -> ranks.add(spot.copy().rank()));
        byRanks.computeIfAbsent(ranks, any -> new ArrayList<>()).addAll(ring);
      }
      byRanks.forEach(this::addExchange);
    }
  }

  private void addExchange(SortedSet<Integer> ranks, List<Spot> spots) {
    Map<RankCopy, List<TensorDifference>> byCopy = new LinkedHashMap<>();
    spots.forEach(
        spot ->
            byCopy.computeIfAbsent(spot.copy(), any -> new ArrayList<>()).add(spot.difference()));
    byCopy.forEach(
        (copy, tensors) -> add(copy, new Explanation.ExchangedWithRanks(ranks), tensors));
  }

  private void explainRevisions() {
    Map<Integer, List<KnownRank>> known = new HashMap<>();
    Map<Integer, Set<RankHolder>> holders = new HashMap<>();
    for (RankCopy copy : left.keySet()) {
      TensorVote vote = votes.get(copy.place());
      List<KnownRank> atPlace =
          known.computeIfAbsent(copy.place(), any -> revisions.at(vote.place()));
      if (!atPlace.isEmpty()) {
        Set<RankHolder> compared = holders.computeIfAbsent(copy.place(), any -> new HashSet<>());
        compared.add(vote.bestHolder());
        atPlace.forEach(rank -> compared.add(rank.holder()));
      }
    }
    if (holders.isEmpty()) {
      return;
    }
    Map<Integer, PlaceContents> contents = evidence.differing(holders);
    for (RankCopy copy : List.copyOf(left.keySet())) {
      known.get(copy.place()).stream()
          .map(rank -> ofRevision(copy, rank, contents.get(copy.place())))
          .flatMap(Optional::stream)
          .max(java.util.Comparator.comparing((Fault fault) -> fault.tensors().size()))
          .ifPresent(fault -> add(copy, fault.why(), fault.tensors()));
    }
  }

  /** What of a copy's differences is as in that revision, where at least one tensor is there. */
  private Optional<Fault> ofRevision(RankCopy copy, KnownRank known, PlaceContents contents) {
    RankHolder right = votes.get(copy.place()).bestHolder();
    List<TensorDifference> same =
        left.get(copy).stream()
            .filter(
                d ->
                    d.actualContent()
                        .equals(contents.of(known.holder(), d.name()).map(HeldTensor::content)))
            .filter(d -> contents.names().contains(d.name()))
            .toList();
    if (same.stream().noneMatch(d -> d.actual().isPresent())) {
      return Optional.empty();
    }
    long ofTensors =
        contents.names().stream()
            .filter(
                name ->
                    !contents
                        .of(known.holder(), name)
                        .map(HeldTensor::content)
                        .equals(contents.of(right, name).map(HeldTensor::content)))
            .count();
    Explanation why =
        same.size() >= ofTensors
            ? new Explanation.OtherRevision(known)
            : new Explanation.PartOfRevision(known, ofTensors);
    return Optional.of(new Fault(copy, why, same, Comparison.NONE));
  }
}
