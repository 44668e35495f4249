package io.shardsum.verdict;

import io.shardsum.text.NumberWords;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The findings of one engine about tensors: a few each on its own, more in one finding a rank. */
final class BlamedTensors {

  private static final String OTHER_MODEL = "another model, revision or training state";

  private final String engine;
  private final List<Fault> faults;
  private final GroupVerdict verdict;

  BlamedTensors(String engine, List<Fault> faults, GroupVerdict verdict) {
    this.engine = engine;
    this.faults = faults;
    this.verdict = verdict;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.addAll(ofOtherRanks());
    for (Fault fault : faults) {
      if (fault.why() instanceof Explanation.ExchangedTensors) {
        findings.add(exchanged(fault));
      } else if (fault.why() instanceof Explanation.OfOtherTensors other) {
        findings.addAll(ofOtherTensors(fault, other));
      } else if (fault.why() instanceof Explanation.NoTensors) {
        findings.add(withoutTensors(fault));
      }
    }
    findings.addAll(otherWeights());
    findings.addAll(singleTensors());
    return findings;
  }

  private static Subject subject(Fault fault) {
    return Subject.rank(fault.engine(), fault.copy().rank());
  }

  /** The rank of a place in the replica of a copy. */
  private static int rank(int rankInReplica, RankCopy copy) {
    return copy.rank() - copy.rankInReplica() + rankInReplica;
  }

  private static List<TensorName> names(List<TensorDifference> tensors) {
    return tensors.stream().map(TensorDifference::name).sorted().toList();
  }

  private List<Finding> ofOtherRanks() {
    Map<RankCopy, Map<Integer, List<TensorDifference>>> byCopy = new LinkedHashMap<>();
    Map<RankCopy, Fault> first = new LinkedHashMap<>();
    for (Fault fault : faults) {
      if (fault.why() instanceof Explanation.OfOtherRank other) {
        first.putIfAbsent(fault.copy(), fault);
        byCopy
            .computeIfAbsent(fault.copy(), any -> new TreeMap<>())
            .computeIfAbsent(rank(other.rankInReplica(), fault.copy()), any -> new ArrayList<>())
            .addAll(fault.tensors());
      }
    }
    List<Finding> findings = new ArrayList<>();
    byCopy.forEach((copy, byRank) -> findings.add(ofOtherRanks(first.get(copy), byRank)));
    return findings;
  }

  private static Finding ofOtherRanks(Fault fault, Map<Integer, List<TensorDifference>> byRank) {
    RankCopy copy = fault.copy();
    List<String> parts = new ArrayList<>();
    List<TensorDifference> all = new ArrayList<>();
    byRank.forEach(
        (rank, tensors) -> {
          all.addAll(tensors);
          parts.add(
              "%s of rank %s %s of rank %s: %s"
                  .formatted(
                      Wording.share(tensors.size(), copy.tensors()),
                      Integer.toString(copy.rank()),
                      tensors.size() == 1 ? "is that" : "are those",
                      Integer.toString(rank),
                      Wording.tensors(tensors)));
        });
    return Finding.of(
            FindingKind.SWAPPED_RANKS,
            subject(fault),
            new Comparison(
                Optional.of("rank " + copy.rank()),
                Optional.of(NumberWords.ranks(byRank.keySet())),
                all.get(0).votes().map(Votes::text)),
            Optional.empty(),
            String.join("; ", parts))
        .about(names(all));
  }

  private static Finding exchanged(Fault fault) {
    List<TensorDifference> tensors = fault.tensors();
    return Finding.of(
            FindingKind.SWAPPED_TENSORS,
            Subject.tensor(fault.engine(), fault.copy().rank(), tensors.get(0).name()),
            TensorWording.comparison(tensors.get(0)),
            Optional.empty(),
            "%s of equal dtype and shape hold each other's bytes: %s"
                .formatted(Wording.count(tensors.size(), "tensor"), Wording.tensors(tensors)))
        .about(names(tensors));
  }

  private static List<Finding> ofOtherTensors(Fault fault, Explanation.OfOtherTensors other) {
    if (fault.tensors().size() > Finding.MOST_OF_ONE_CAUSE) {
      List<String> each =
          other.origins().entrySet().stream()
              .map(e -> e.getKey().key() + " has those of " + origin(e.getValue(), fault.copy()))
              .toList();
      return List.of(
          Finding.of(
                  FindingKind.SWAPPED_TENSORS,
                  subject(fault),
                  Comparison.NONE,
                  Optional.empty(),
                  "%s hold the bytes of other tensors: %s"
                      .formatted(
                          Wording.share(fault.tensors().size(), fault.copy().tensors()),
                          Wording.names(each)))
              .about(names(fault.tensors())));
    }
    return fault.tensors().stream()
        .sorted(Comparator.comparing(TensorDifference::name))
        .map(
            tensor ->
                Finding.of(
                    FindingKind.SWAPPED_TENSORS,
                    Subject.tensor(fault.engine(), fault.copy().rank(), tensor.name()),
                    TensorWording.comparison(tensor),
                    Optional.empty(),
                    "the tensor holds the bytes of "
                        + origin(other.origins().get(tensor.name()), fault.copy())))
        .toList();
  }

  private static String origin(Origin origin, RankCopy copy) {
    String ofRank =
        origin.rankInReplica() == copy.rankInReplica()
            ? ""
            : " of rank " + rank(origin.rankInReplica(), copy);
    return origin.name().key() + ofRank;
  }

  private Finding withoutTensors(Fault fault) {
    long others = verdict.ranksInReplica().get(fault.copy().rankInReplica()).tensors();
    return Finding.of(
        FindingKind.MISSING_TENSOR,
        subject(fault),
        Comparison.of(Wording.count(others, "tensor"), "no tensors"),
        Optional.empty(),
        "rank %s has no tensors at all: its files hold none, where other copies hold %s"
            .formatted(Integer.toString(fault.copy().rank()), Wording.count(others, "tensor")));
  }

  private List<Finding> otherWeights() {
    List<Fault> other =
        faults.stream().filter(f -> f.why() instanceof Explanation.OtherWeights).toList();
    if (other.size() > 1 && areAllRanks(other)) {
      return List.of(otherWeightsOfEngine(other));
    }
    return other.stream().map(this::otherWeights).toList();
  }

  private boolean areAllRanks(List<Fault> other) {
    Set<Integer> ranks = new HashSet<>();
    other.stream()
        .filter(
            f -> f.why().equals(new Explanation.OtherWeights(Explanation.OtherWeights.Part.RANK)))
        .forEach(f -> ranks.add(f.copy().rank()));
    return verdict.group().copies().stream()
        .filter(copy -> copy.engine().equals(engine) && copy.content().isPresent())
        .allMatch(copy -> ranks.contains(copy.rank()));
  }

  private Finding otherWeightsOfEngine(List<Fault> other) {
    List<TensorDifference> tensors = other.stream().flatMap(f -> f.tensors().stream()).toList();
    long all = other.stream().mapToLong(f -> f.copy().tensors()).sum();
    SortedSet<Integer> ranks = new TreeSet<>();
    other.forEach(f -> ranks.add(f.copy().rank()));
    return Finding.of(
        FindingKind.OTHER_WEIGHTS,
        Subject.engine(engine),
        new Comparison(Optional.empty(), Optional.empty(), tensors.get(0).votes().map(Votes::text)),
        Optional.empty(),
        "the engine holds other weights: %s of %s differ throughout from %s; probably %s"
            .formatted(
                Wording.share(tensors.size(), all),
                NumberWords.ranks(ranks),
                right(tensors.get(0)),
                OTHER_MODEL));
  }

  private Finding otherWeights(Fault fault) {
    List<TensorDifference> tensors = fault.tensors();
    boolean whole =
        fault.why().equals(new Explanation.OtherWeights(Explanation.OtherWeights.Part.RANK));
    String which = Wording.share(tensors.size(), fault.copy().tensors());
    return Finding.of(
            FindingKind.OTHER_WEIGHTS,
            subject(fault),
            new Comparison(
                Optional.empty(), Optional.empty(), tensors.get(0).votes().map(Votes::text)),
            Optional.empty(),
            "rank %s holds other weights%s: %s differ throughout from %s; probably %s%s"
                .formatted(
                    Integer.toString(fault.copy().rank()),
                    whole ? "" : " in part",
                    which,
                    right(tensors.get(0)),
                    OTHER_MODEL,
                    whole ? "" : ": " + Wording.tensors(tensors)))
        .about(names(tensors));
  }

  private String right(TensorDifference tensor) {
    return new TensorWording(verdict.group().reference(), Optional.empty()).right(tensor);
  }

  /** Tensors of a rank with one fault. */
  private record Same(int rank, FindingKind kind, Optional<Integer> ofRank) {}

  private List<Finding> singleTensors() {
    Map<Same, List<TensorDifference>> bySame =
        new TreeMap<>(
            Comparator.comparing(Same::rank)
                .thenComparing(Same::kind)
                .thenComparing(same -> same.ofRank().orElse(-1)));
    for (Fault fault : faults) {
      if (fault.why() instanceof Explanation.OfTensor tensor) {
        Same same =
            new Same(
                fault.copy().rank(),
                tensor.kind(),
                tensor.ofPlace().map(rankInReplica -> rank(rankInReplica, fault.copy())));
        bySame.computeIfAbsent(same, any -> new ArrayList<>()).addAll(fault.tensors());
      }
    }
    List<Finding> findings = new ArrayList<>();
    bySame.forEach((same, tensors) -> findings.addAll(findingsOf(same, tensors)));
    return findings;
  }

  private List<Finding> findingsOf(Same same, List<TensorDifference> tensors) {
    TensorWording wording = new TensorWording(verdict.group().reference(), same.ofRank());
    long unseen = verdict.unseenAt(rankInReplicaOf(same.rank()));
    if (tensors.size() <= Finding.MOST_OF_ONE_CAUSE && unseen == 0) {
      return tensors.stream()
          .sorted(Comparator.comparing(TensorDifference::name))
          .map(
              tensor ->
                  Finding.of(
                      same.kind(),
                      Subject.tensor(engine, same.rank(), tensor.name()),
                      TensorWording.comparison(tensor),
                      Optional.empty(),
                      wording.one(same.kind(), tensor)))
          .toList();
    }
    return List.of(
        Finding.of(
                same.kind(),
                Subject.rank(engine, same.rank()),
                new Comparison(
                    Optional.empty(), Optional.empty(), tensors.get(0).votes().map(Votes::text)),
                Optional.empty(),
                wording.many(same.kind(), tensors, unseen))
            .about(names(tensors)));
  }

  private int rankInReplicaOf(int rank) {
    return faults.stream()
        .map(Fault::copy)
        .filter(copy -> copy.rank() == rank)
        .findFirst()
        .orElseThrow()
        .rankInReplica();
  }
}
