package io.shardsum.verdict;

import io.shardsum.fleet.ComparisonGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The verdict over a fleet: every comparison group by itself. */
public final class FleetVerdict {

  private final List<GroupVerdict> groups = new ArrayList<>();
  private final Evidence evidence;

  /** Judges; the evidence is asked only about groups in which ranks differ. */
  public FleetVerdict(List<ComparedGroup> fleet, Evidence evidence) {
    this(fleet, evidence, Samples.NONE);
  }

  /** Judges, where some bytes were looked at. */
  FleetVerdict(List<ComparedGroup> fleet, Evidence evidence, Samples samples) {
    this.evidence = evidence;
    for (ComparedGroup group : fleet) {
      Revisions revisions = new Revisions(group, otherRevisions(group, fleet), evidence);
      groups.add(new GroupVerdict(group, revisions, evidence, samples));
    }
  }

  /** What is right in the other groups of the same model. */
  private static List<KnownRank> otherRevisions(ComparedGroup group, List<ComparedGroup> fleet) {
    List<KnownRank> known = new ArrayList<>();
    for (ComparedGroup other : fleet) {
      if (other.family().equals(group.family()) && !other.label().equals(group.label())) {
        known.addAll(OtherRevision.ranksOf(other));
      }
    }
    return known;
  }

  /** Everything that is wrong or was compared with nothing, group by group. */
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    for (GroupVerdict group : groups) {
      group.group().reference().ifPresent(r -> findings.add(ofReference(group.group(), r)));
      findings.addAll(blamed(group));
      findings.addAll(new UndecidedFindings(group).findings());
      findings.addAll(new UnverifiedFindings(group).findings());
    }
    return findings;
  }

  private static Finding ofReference(ComparedGroup group, Reference reference) {
    return Finding.of(
        FindingKind.REFERENCE,
        reference.engine().map(Subject::engine).orElse(Subject.EVERYBODY),
        Comparison.NONE,
        Optional.of(group.label()),
        (isCompared(group, reference)
                ? "%s is the declared reference of %s: the copies were compared with it, without a vote"
                : "%s is the declared reference of %s, but nothing could be compared with it")
            .formatted(reference.name(), ComparisonGroup.words(group.label())));
  }

  /** Whether any tensor of another copy was compared with it. */
  private static boolean isCompared(ComparedGroup group, Reference reference) {
    return group.copies().stream()
        .filter(copy -> copy.content().isPresent() && copy.tensors() > 0)
        .anyMatch(
            copy -> reference.knows(copy.rankInReplica()) && !reference.isHeldBy(copy.engine()));
  }

  private List<Finding> blamed(GroupVerdict group) {
    Map<String, List<Fault>> byEngine = new LinkedHashMap<>();
    group
        .faults()
        .forEach(f -> byEngine.computeIfAbsent(f.engine(), any -> new ArrayList<>()).add(f));
    List<Finding> findings = new ArrayList<>();
    byEngine.forEach(
        (engine, faults) ->
            findings.addAll(new BlamedEngine(engine, faults, group, evidence).findings()));
    return findings;
  }

  List<GroupVerdict> groups() {
    return groups;
  }

  /** The tensors whose bytes are to be looked at; where engines are split, all of them differ. */
  public List<SuspectTensor> suspects() {
    List<SuspectTensor> suspects = new ArrayList<>();
    for (GroupVerdict group : groups) {
      String label = group.group().label();
      group.faults().forEach(fault -> suspects.addAll(SuspectTensor.ofFault(label, fault)));
      if (!new UndecidedFindings(group).isSplit()) {
        group.undecided().forEach(u -> suspects.addAll(SuspectTensor.ofUndecided(label, u)));
      }
    }
    return suspects;
  }

  /** The copies that have other names, dtypes or shapes than others, and some of those others. */
  public Set<RankHolder> otherMetadata() {
    return groups.stream()
        .flatMap(group -> group.otherMetadata().stream())
        .collect(Collectors.toSet());
  }

  /**
   * The tensors of each copy that are not as they should be, or not decided; empty where they are
   * too many to be known by name.
   */
  public Map<RankHolder, Optional<Set<TensorName>>> differing() {
    Map<RankHolder, Optional<Set<TensorName>>> differing = new HashMap<>();
    groups.forEach(group -> differing.putAll(group.differing()));
    return differing;
  }

  List<Fault> faults() {
    return groups.stream().flatMap(group -> group.faults().stream()).toList();
  }

  List<Undecided> undecided() {
    return groups.stream().flatMap(group -> group.undecided().stream()).toList();
  }
}
