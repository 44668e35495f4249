package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Who is wrong in a comparison group, and why. Tensors are looked up only where ranks differ. */
final class GroupVerdict {

  private final ComparedGroup group;
  private final Revisions revisions;
  private final Evidence evidence;
  private final Samples samples;
  private final Map<Integer, ReplicaRank> ranksInReplica = new TreeMap<>();
  private final List<Fault> faults = new ArrayList<>();
  private final List<TensorVote> votes = new ArrayList<>();
  private Origins origins = Origins.UNKNOWN;

  GroupVerdict(ComparedGroup group, Revisions revisions, Evidence evidence, Samples samples) {
    this.samples = samples;
    this.group = group;
    this.revisions = revisions;
    this.evidence = evidence;
    Map<Integer, List<RankCopy>> copies =
        group.copies().stream().collect(Collectors.groupingBy(RankCopy::rankInReplica));
    copies.forEach(
        (number, ofPlace) ->
            ranksInReplica.put(
                number, new ReplicaRank(number, ofPlace, referenceAt(group, number))));
    judge();
  }

  private static Optional<Reference.Rank> referenceAt(ComparedGroup group, int rankInReplica) {
    return group.reference().flatMap(r -> Optional.ofNullable(r.ranks().get(rankInReplica)));
  }

  ComparedGroup group() {
    return group;
  }

  Revisions revisions() {
    return revisions;
  }

  Map<Integer, ReplicaRank> ranksInReplica() {
    return ranksInReplica;
  }

  List<Fault> faults() {
    return faults;
  }

  List<Undecided> undecided() {
    return votes.stream().flatMap(vote -> vote.undecided().stream()).toList();
  }

  /** The copies that have other names, dtypes or shapes than others, and some of those others. */
  Set<RankHolder> otherMetadata() {
    return votes.stream()
        .flatMap(vote -> vote.otherMetadata().stream())
        .collect(Collectors.toSet());
  }

  /**
   * The tensors of each copy that are not as they should be, or not decided; empty where they are
   * too many to be known by name. Also of ranks that are explained as a whole.
   */
  Map<RankHolder, Optional<Set<TensorName>>> differing() {
    Map<Integer, TensorVote> byPlace = new HashMap<>();
    votes.stream()
        .filter(TensorVote::sawAllCopies)
        .forEach(vote -> byPlace.put(vote.rankInReplica().number(), vote));
    Map<Integer, Set<RankHolder>> holders = new HashMap<>();
    for (ReplicaRank rankInReplica : ranksInReplica.values()) {
      if (rankInReplica.differs() && !byPlace.containsKey(rankInReplica.number())) {
        holders.put(rankInReplica.number(), TensorVote.holders(rankInReplica));
      }
    }
    if (!holders.isEmpty()) {
      evidence
          .differing(holders)
          .forEach(
              (number, contents) ->
                  byPlace.put(number, new TensorVote(ranksInReplica.get(number), contents)));
    }
    Map<RankHolder, Optional<Set<TensorName>>> differing = new HashMap<>();
    byPlace.values().forEach(vote -> differing.putAll(vote.differing()));
    differing.keySet().retainAll(notRight());
    return differing;
  }

  /** The copies that are blamed, or of which nothing is decided. */
  private Set<RankHolder> notRight() {
    Set<RankHolder> holders = new HashSet<>();
    faults.forEach(fault -> holders.add(fault.copy().holder()));
    undecided()
        .forEach(
            open ->
                open.holders()
                    .values()
                    .forEach(copies -> copies.forEach(copy -> holders.add(copy.holder()))));
    return holders;
  }

  /** Where bytes belong that are somewhere else, as far as that was looked up. */
  Origins origins() {
    return origins;
  }

  /** How many tensors of a place differ beyond those that were looked at. */
  long unseenAt(int rankInReplica) {
    return votes.stream()
        .filter(vote -> vote.rankInReplica().number() == rankInReplica)
        .mapToLong(TensorVote::unseen)
        .sum();
  }

  private void judge() {
    List<ReplicaRank> open = new ArrayList<>();
    for (ReplicaRank rankInReplica : ranksInReplica.values()) {
      rankInReplica
          .empty()
          .forEach(
              copy ->
                  blame(
                      List.of(copy), new Explanation.NoTensors(), rankInReplica.comparison(copy)));
      if (rankInReplica.differs() && !explainWholeRanks(rankInReplica)) {
        open.add(rankInReplica);
      }
    }
    if (!open.isEmpty()) {
      lookIntoTensors(open);
    }
  }

  /** Explains what checksums alone tell; false where tensors must be looked at. */
  private boolean explainWholeRanks(ReplicaRank rankInReplica) {
    if (rankInReplica.expected().isEmpty()) {
      return false;
    }
    boolean all = true;
    for (Map.Entry<RankContent, List<RankCopy>> contentGroup :
        rankInReplica.contentGroups().entrySet()) {
      RankContent content = contentGroup.getKey();
      if (!content.equals(rankInReplica.expected().get())) {
        Optional<Explanation> why = ofWholeRank(rankInReplica, content);
        why.ifPresent(w -> blame(contentGroup.getValue(), w, rankInReplica.comparison(content)));
        all &= why.isPresent();
      }
    }
    return all;
  }

  private Optional<Explanation> ofWholeRank(ReplicaRank rankInReplica, RankContent content) {
    return ranksInReplica.values().stream()
        .filter(other -> other.number() != rankInReplica.number())
        .filter(other -> other.expected().equals(Optional.of(content)))
        .findFirst()
        .<Explanation>map(other -> new Explanation.OtherRank(other.number()))
        .or(() -> ofRevision(rankInReplica, content));
  }

  /** Of a checksum that is right, no revision is to blame: the form is another. */
  private Optional<Explanation> ofRevision(ReplicaRank rankInReplica, RankContent content) {
    boolean right =
        rankInReplica.expected().map(RankContent::checksum).equals(Optional.of(content.checksum()));
    return right
        ? Optional.empty()
        : revisions.holding(rankInReplica.number(), content).map(Explanation.OtherRevision::new);
  }

  private void blame(List<RankCopy> copies, Explanation why, Comparison comparison) {
    copies.forEach(copy -> faults.add(new Fault(copy, why, List.of(), comparison)));
  }

  private void lookIntoTensors(List<ReplicaRank> open) {
    Map<Integer, Set<RankHolder>> holders = new HashMap<>();
    open.forEach(
        rankInReplica -> holders.put(rankInReplica.number(), TensorVote.holders(rankInReplica)));
    Map<Integer, ReplicaRankContents> contents = evidence.differing(holders);
    Map<RankCopy, List<TensorDifference>> unexplained = new LinkedHashMap<>();
    for (ReplicaRank rankInReplica : open) {
      votes.add(
          new TensorVote(
              rankInReplica,
              contents.getOrDefault(rankInReplica.number(), ReplicaRankContents.EQUAL)));
    }
    origins = Origins.of(group, ranksInReplica, votes, evidence);
    for (TensorVote vote : votes) {
      vote.settle(origins);
      vote.rankInReplica()
          .contentGroups()
          .forEach((contentGroup, copies) -> take(vote, contentGroup, copies, unexplained));
    }
    TensorFaults tensorFaults = new TensorFaults(votes, revisions, origins, evidence, samples);
    faults.addAll(tensorFaults.explain(unexplained));
  }

  /** Leaves out the copies that are right, and those that are explained as a whole. */
  private void take(
      TensorVote vote,
      RankContent contentGroup,
      List<RankCopy> copies,
      Map<RankCopy, List<TensorDifference>> unexplained) {
    List<TensorDifference> differences = vote.differencesOf(contentGroup);
    if (differences.isEmpty() || isExplained(copies.get(0))) {
      return;
    }
    if (vote.rankInReplica().expected().isEmpty()) {
      Optional<KnownRank> known = revisions.holding(vote.rankInReplica().number(), contentGroup);
      if (known.isPresent()) {
        blame(
            copies,
            new Explanation.OtherRevision(known.get()),
            vote.rankInReplica().comparison(contentGroup));
        return;
      }
    }
    copies.forEach(copy -> unexplained.put(copy, differences));
  }

  private boolean isExplained(RankCopy copy) {
    return faults.stream().anyMatch(fault -> fault.copy().equals(copy));
  }
}
