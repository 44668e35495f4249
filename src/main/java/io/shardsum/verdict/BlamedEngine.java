package io.shardsum.verdict;

import io.shardsum.text.NumberWords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The findings of one engine: what explains several ranks is said once. */
final class BlamedEngine {

  private final String engine;
  private final List<Fault> faults;
  private final GroupVerdict verdict;
  private final Evidence evidence;

  BlamedEngine(String engine, List<Fault> faults, GroupVerdict verdict, Evidence evidence) {
    this.engine = engine;
    this.faults = faults;
    this.verdict = verdict;
    this.evidence = evidence;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.addAll(swappedRanks());
    findings.addAll(exchangedWithRanks());
    findings.addAll(revisions());
    findings.addAll(new BlamedTensors(engine, faults, verdict).findings());
    return findings;
  }

  private List<Finding> swappedRanks() {
    Map<Integer, Fault> byPlace = new TreeMap<>();
    Map<Integer, Integer> heldPlaces = new TreeMap<>();
    for (Fault fault : faults) {
      if (fault.why() instanceof Explanation.OtherRank other) {
        byPlace.put(fault.copy().rank(), fault);
        int firstOfReplica = fault.copy().rank() - fault.copy().rankInReplica();
        heldPlaces.put(fault.copy().rank(), firstOfReplica + other.rankInReplica());
      }
    }
    List<Finding> findings = new ArrayList<>();
    while (!heldPlaces.isEmpty()) {
      SortedSet<Integer> ring = connected(heldPlaces);
      List<Fault> ofRing = ring.stream().map(byPlace::get).toList();
      String holds =
          ring.stream()
              .map(rank -> "rank " + rank + " holds what rank " + heldPlaces.get(rank) + " should")
              .collect(Collectors.joining(" and "));
      findings.add(
          Finding.of(
                  FindingKind.SWAPPED_RANKS,
                  subject(ring),
                  ofRing.get(0).comparison(),
                  Optional.empty(),
                  "%s: all %s".formatted(holds, Wording.count(tensorsOf(ofRing), "tensor")))
              .aboutRanks(ring));
      heldPlaces.keySet().removeAll(ring);
    }
    return findings;
  }

  /** The first rank and those that hold each other's content with it. */
  private static SortedSet<Integer> connected(Map<Integer, Integer> held) {
    SortedSet<Integer> ring = new TreeSet<>();
    ring.add(held.keySet().iterator().next());
    int before;
    do {
      before = ring.size();
      held.forEach(
          (rank, other) -> {
            if (ring.contains(other) || (ring.contains(rank) && held.containsKey(other))) {
              ring.add(rank);
              if (held.containsKey(other)) {
                ring.add(other);
              }
            }
          });
    } while (ring.size() > before);
    return ring;
  }

  private List<Finding> exchangedWithRanks() {
    Map<SortedSet<Integer>, List<Fault>> byRanks = new LinkedHashMap<>();
    for (Fault fault : faults) {
      if (fault.why() instanceof Explanation.ExchangedWithRanks exchanged) {
        byRanks.computeIfAbsent(exchanged.ranks(), any -> new ArrayList<>()).add(fault);
      }
    }
    List<Finding> findings = new ArrayList<>();
    byRanks.forEach(
        (ranks, ofRanks) -> {
          List<TensorDifference> tensors = tensors(ofRanks);
          findings.add(
              Finding.of(
                      FindingKind.SWAPPED_RANKS,
                      subject(ranks),
                      TensorWording.comparison(tensors.get(0)),
                      Optional.empty(),
                      "%s hold each other's bytes in %s each: %s"
                          .formatted(
                              NumberWords.ranks(ranks),
                              Wording.count(ofRanks.get(0).tensors().size(), "tensor"),
                              Wording.tensors(tensors)))
                  .aboutRanks(ranks));
        });
    return findings;
  }

  private List<Finding> revisions() {
    Map<KnownRank.Origin, List<Fault>> byOrigin = new LinkedHashMap<>();
    for (Fault fault : faults) {
      known(fault)
          .ifPresent(
              known ->
                  byOrigin.computeIfAbsent(known.origin(), any -> new ArrayList<>()).add(fault));
    }
    return byOrigin.values().stream().map(this::ofRevision).toList();
  }

  private static Optional<KnownRank> known(Fault fault) {
    if (fault.why() instanceof Explanation.OtherRevision other) {
      return Optional.of(other.known());
    }
    if (fault.why() instanceof Explanation.PartOfRevision part) {
      return Optional.of(part.known());
    }
    return Optional.empty();
  }

  private Finding ofRevision(List<Fault> ofRevision) {
    KnownRank known = known(ofRevision.get(0)).orElseThrow();
    SortedSet<Integer> ranks = new TreeSet<>();
    ofRevision.forEach(fault -> ranks.add(fault.copy().rank()));
    boolean part = ofRevision.stream().anyMatch(f -> f.why() instanceof Explanation.PartOfRevision);
    boolean wholeEngine = !part && restIsSame(known.origin(), ranks);
    RevisionWording wording = new RevisionWording(verdict.group(), known);
    String right =
        evidence
            .lastVerified(engine)
            .map(last -> "last right in " + RevisionWording.scan(last.scanId(), last.startedAt()))
            .orElse("not known to have been right before");
    String holds = part ? partOf(ofRevision) : wholeOf(ofRevision, wholeEngine);
    Finding finding =
        Finding.of(
            part ? FindingKind.PARTIAL_UPDATE : FindingKind.STALE_REVISION,
            wholeEngine ? Subject.engine(engine) : subject(ranks),
            new Comparison(
                Optional.of(wording.expected()),
                Optional.of(wording.actual()),
                ofRevision.get(0).comparison().votes()),
            Optional.empty(),
            "%s %s; %s".formatted(holds, wording.whose(), right));
    return wholeEngine ? finding : finding.aboutRanks(ranks);
  }

  private static String wholeOf(List<Fault> faults, boolean wholeEngine) {
    String which =
        wholeEngine
            ? "the engine's weights"
            : "all weights of "
                + NumberWords.ranks(faults.stream().map(fault -> fault.copy().rank()).toList());
    return "%s (%s) are".formatted(which, Wording.count(tensorsOf(faults), "tensor"));
  }

  private static String partOf(List<Fault> faults) {
    long held = 0;
    long of = 0;
    for (Fault fault : faults) {
      if (fault.why() instanceof Explanation.PartOfRevision part) {
        held += fault.tensors().size();
        of += part.ofTensors();
      } else {
        long all = fault.tensors().isEmpty() ? fault.copy().tensors() : fault.tensors().size();
        held += all;
        of += all;
      }
    }
    return held + " of " + Wording.count(of, "tensor") + " that an update changes are still";
  }

  /** Whether every rank that is not among these is right, and the same in both revisions. */
  private boolean restIsSame(KnownRank.Origin origin, SortedSet<Integer> ranks) {
    return verdict.group().copies().stream()
        .filter(copy -> copy.engine().equals(engine) && !ranks.contains(copy.rank()))
        .allMatch(
            copy ->
                verdict.ranksInReplica().get(copy.rankInReplica()).expected().equals(copy.content())
                    && verdict.revisions().isIn(origin, copy));
  }

  private Subject subject(SortedSet<Integer> ranks) {
    return ranks.size() == 1 ? Subject.rank(engine, ranks.first()) : Subject.engine(engine);
  }

  private static List<TensorDifference> tensors(List<Fault> faults) {
    return faults.stream().flatMap(fault -> fault.tensors().stream()).toList();
  }

  private static long tensorsOf(List<Fault> faults) {
    return faults.stream()
        .mapToLong(f -> f.tensors().isEmpty() ? f.copy().tensors() : f.tensors().size())
        .sum();
  }
}
