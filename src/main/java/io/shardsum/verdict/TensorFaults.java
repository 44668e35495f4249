package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Explains the tensors of copies that are wrong, but not as a whole another rank or revision. */
final class TensorFaults {

  /** A file of a copy that holds what another rank should. */
  private record OfOtherFile(RankCopy copy, String file, int rankInReplica, RankHolder holder) {}

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

  /** More tensors than these may be of other weights; fewer are each on their own. */
  private static final int FEW = 3;

  private final Map<Integer, TensorVote> votes;
  private final Revisions revisions;
  private final Origins origins;
  private final Evidence evidence;
  private final Samples samples;
  private final Map<RankCopy, List<TensorDifference>> left = new LinkedHashMap<>();
  private final List<Fault> faults = new ArrayList<>();

  TensorFaults(
      List<TensorVote> votes,
      Revisions revisions,
      Origins origins,
      Evidence evidence,
      Samples samples) {
    this.votes =
        votes.stream()
            .collect(Collectors.toMap(vote -> vote.rankInReplica().number(), vote -> vote));
    this.revisions = revisions;
    this.origins = origins;
    this.evidence = evidence;
    this.samples = samples;
  }

  /** Explains every one of these differences exactly once. */
  List<Fault> explain(Map<RankCopy, List<TensorDifference>> unexplained) {
    unexplained.forEach((copy, differences) -> left.put(copy, new ArrayList<>(differences)));
    explainExchangesBetweenRanks();
    explainRevisions();
    for (RankCopy copy : left.keySet()) {
      for (List<TensorDifference> ring : WITHIN_A_RANK.among(damaged(left.get(copy)))) {
        add(copy, new Explanation.ExchangedTensors(), ring);
      }
      explainOtherRanks(copy);
      explainOtherTensors(copy);
    }
    explainDamageOfOtherRanks();
    left.forEach(
        (copy, differences) -> {
          explainOtherWeights(copy);
          differences.forEach(
              d -> faults.add(fault(copy, new Explanation.OfTensor(d.kind()), List.of(d))));
        });
    return faults;
  }

  /** The rank to which most of a copy's tensors belong takes those that belong to several. */
  private void explainOtherRanks(RankCopy copy) {
    Map<Integer, List<TensorDifference>> byPlace = new TreeMap<>();
    do {
      byPlace.clear();
      for (TensorDifference difference : damaged(left.get(copy))) {
        origins(copy, difference).stream()
            .filter(origin -> origin.name().equals(difference.name()))
            .filter(origin -> origin.rankInReplica() != copy.rankInReplica())
            .forEach(
                origin ->
                    byPlace
                        .computeIfAbsent(origin.rankInReplica(), any -> new ArrayList<>())
                        .add(difference));
      }
      byPlace.entrySet().stream()
          .max(Comparator.comparing(ofPlace -> ofPlace.getValue().size()))
          .ifPresent(
              most -> add(copy, new Explanation.OfOtherRank(most.getKey()), most.getValue()));
    } while (!byPlace.isEmpty());
  }

  private void explainOtherTensors(RankCopy copy) {
    Map<TensorName, Origin> belonging = new TreeMap<>();
    List<TensorDifference> tensors = new ArrayList<>();
    for (TensorDifference difference : damaged(left.get(copy))) {
      origins(copy, difference).stream()
          .findFirst()
          .ifPresent(
              origin -> {
                belonging.put(difference.name(), origin);
                tensors.add(difference);
              });
    }
    if (!tensors.isEmpty()) {
      add(copy, new Explanation.OfOtherTensors(belonging), tensors);
    }
  }

  private List<Origin> origins(RankCopy copy, TensorDifference difference) {
    return origins.find(copy.rankInReplica(), difference.name(), difference.actual().orElseThrow());
  }

  /**
   * Where a whole file holds another rank's tensors, what else differs there is compared with that
   * rank.
   */
  private void explainDamageOfOtherRanks() {
    List<OfOtherFile> files = new ArrayList<>();
    for (Fault fault : List.copyOf(faults)) {
      if (fault.why() instanceof Explanation.OfOtherRank other) {
        files.addAll(otherFiles(fault, other.rankInReplica()));
      }
    }
    if (files.isEmpty()) {
      return;
    }
    Map<Integer, Set<RankHolder>> holders = new HashMap<>();
    for (int number = 0; number < files.size(); number++) {
      OfOtherFile file = files.get(number);
      holders.put(number, Set.of(file.copy().holder(), file.holder()));
    }
    Map<Integer, ReplicaRankContents> contents = evidence.differing(holders);
    for (int number = 0; number < files.size(); number++) {
      compare(files.get(number), contents.getOrDefault(number, ReplicaRankContents.EQUAL));
    }
  }

  private List<OfOtherFile> otherFiles(Fault fault, int rankInReplica) {
    Map<String, List<TensorDifference>> ofOther = matricesByFile(fault.tensors());
    Map<String, List<TensorDifference>> open = matricesByFile(damaged(left.get(fault.copy())));
    List<OfOtherFile> files = new ArrayList<>();
    open.forEach(
        (file, tensors) -> {
          List<TensorDifference> known = ofOther.getOrDefault(file, List.of());
          boolean mostly = known.size() > tensors.size();
          if (mostly && known.size() + tensors.size() >= known.get(0).around().ofFile()) {
            origins(fault.copy(), known.get(0)).stream()
                .filter(origin -> origin.rankInReplica() == rankInReplica)
                .findFirst()
                .ifPresent(
                    origin ->
                        files.add(
                            new OfOtherFile(fault.copy(), file, rankInReplica, origin.holder())));
          }
        });
    return files;
  }

  private static Map<String, List<TensorDifference>> matricesByFile(
      List<TensorDifference> tensors) {
    return tensors.stream()
        .filter(TensorDifference::isMatrix)
        .collect(Collectors.groupingBy(tensor -> tensor.around().file()));
  }

  private void compare(OfOtherFile file, ReplicaRankContents contents) {
    for (TensorDifference difference : damaged(left.get(file.copy()))) {
      Optional<HeldTensor> instead = contents.held(file.holder(), difference.name());
      if (difference.around().file().equals(file.file()) && instead.isPresent()) {
        TensorDifference damage = difference.against(instead.get(), file.holder());
        left.get(file.copy()).remove(difference);
        faults.add(
            fault(
                file.copy(),
                new Explanation.OfTensor(damage.kind(), Optional.of(file.rankInReplica())),
                List.of(damage)));
      }
    }
  }

  /**
   * Tensors of which every MiB differs, and that are nearly all of a rank, of a file or of a layer,
   * are other weights: damage does not end with a tensor. One look at bytes decides.
   */
  private void explainOtherWeights(RankCopy copy) {
    if (!samples.allowOtherWeights(copy.holder())) {
      return;
    }
    List<TensorDifference> throughout =
        damaged(left.get(copy)).stream()
            .filter(TensorDifference::differsThroughout)
            .filter(
                d -> !samples.isDamaged(new SuspectTensor.CopiedTensor(copy.holder(), d.name())))
            .toList();
    OtherMatrices other = new OtherMatrices(throughout);
    List<TensorDifference> tensors = throughout.stream().filter(other::include).toList();
    if (tensors.stream().filter(TensorDifference::isMatrix).count() > FEW) {
      add(copy, new Explanation.OtherWeights(other.part()), tensors);
    }
  }

  /** Explains some of a copy's differences, which are then no more to be explained. */
  private void add(RankCopy copy, Explanation why, List<TensorDifference> tensors) {
    faults.add(fault(copy, why, tensors));
    left.get(copy).removeAll(new HashSet<>(tensors));
  }

  private Fault fault(RankCopy copy, Explanation why, List<TensorDifference> tensors) {
    Comparison comparison =
        votes.get(copy.rankInReplica()).rankInReplica().comparison(copy.content().orElseThrow());
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
      TensorVote vote = votes.get(copy.rankInReplica());
      List<KnownRank> atPlace =
          known.computeIfAbsent(copy.rankInReplica(), any -> revisions.at(vote.rankInReplica()));
      if (!atPlace.isEmpty()) {
        Set<RankHolder> compared =
            holders.computeIfAbsent(copy.rankInReplica(), any -> new HashSet<>());
        compared.add(vote.bestHolder());
        atPlace.forEach(rank -> compared.add(rank.holder()));
      }
    }
    if (holders.isEmpty()) {
      return;
    }
    Map<Integer, ReplicaRankContents> contents = evidence.differing(holders);
    for (RankCopy copy : List.copyOf(left.keySet())) {
      known.get(copy.rankInReplica()).stream()
          .map(rank -> ofRevision(copy, rank, contents.get(copy.rankInReplica())))
          .flatMap(Optional::stream)
          .max(Comparator.comparing((Fault fault) -> fault.tensors().size()))
          .ifPresent(fault -> add(copy, fault.why(), fault.tensors()));
    }
  }

  /** What of a copy's differences is as in that revision, where at least one tensor is there. */
  private Optional<Fault> ofRevision(RankCopy copy, KnownRank known, ReplicaRankContents contents) {
    RankHolder right = votes.get(copy.rankInReplica()).bestHolder();
    List<TensorDifference> same =
        left.get(copy).stream()
            .filter(
                d ->
                    d.actualContent()
                        .equals(contents.held(known.holder(), d.name()).map(HeldTensor::content)))
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
                        .held(known.holder(), name)
                        .map(HeldTensor::content)
                        .equals(contents.held(right, name).map(HeldTensor::content)))
            .count();
    Explanation why =
        same.size() >= ofTensors
            ? new Explanation.OtherRevision(known)
            : new Explanation.PartOfRevision(known, ofTensors);
    return Optional.of(new Fault(copy, why, same, Comparison.NONE));
  }
}
