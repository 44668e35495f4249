package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The vote of one place, tensor by tensor, and what each camp has other than expected. */
final class TensorVote {

  private final ReplicaRank rankInReplica;
  private final ReplicaRankContents contents;
  private final Map<RankContent, RankHolder> witnesses = new LinkedHashMap<>();
  private final Map<RankContent, List<TensorDifference>> differences = new HashMap<>();
  private final List<Undecided> undecided = new ArrayList<>();

  TensorVote(ReplicaRank rankInReplica, ReplicaRankContents contents) {
    this.rankInReplica = rankInReplica;
    this.contents = contents;
    rankInReplica
        .contentGroups()
        .forEach((contentGroup, copies) -> witnesses.put(contentGroup, copies.get(0).holder()));
    contents.names().forEach(this::vote);
  }

  /** Who must be looked up for the vote of a place: one copy of each camp, and the reference. */
  static Set<RankHolder> holders(ReplicaRank rankInReplica) {
    Set<RankHolder> holders = new HashSet<>();
    rankInReplica.contentGroups().values().forEach(copies -> holders.add(copies.get(0).holder()));
    rankInReplica.reference().ifPresent(reference -> holders.add(reference.holder()));
    return holders;
  }

  ReplicaRank rankInReplica() {
    return rankInReplica;
  }

  List<Undecided> undecided() {
    return undecided;
  }

  /** How many tensors differ beyond those that were looked at. */
  long unseen() {
    return contents.differing() - contents.names().size();
  }

  /** Whether no copy was left out, as one that is known to be another rank's is. */
  boolean sawAllCopies() {
    return witnesses.size() == rankInReplica.contentGroups().size();
  }

  List<TensorDifference> differencesOf(RankContent contentGroup) {
    return differences.getOrDefault(contentGroup, List.of());
  }

  /**
   * The tensors of each copy that are not as they should be, or not decided; empty where they are
   * too many to be known by name. Only of copies that have such.
   */
  Map<RankHolder, Optional<Set<TensorName>>> differing() {
    Map<RankHolder, Optional<Set<TensorName>>> differing = new HashMap<>();
    rankInReplica
        .contentGroups()
        .forEach(
            (contentGroup, copies) -> {
              Set<TensorName> names = new HashSet<>();
              differencesOf(contentGroup).forEach(difference -> names.add(difference.name()));
              undecided.forEach(open -> names.add(open.name()));
              if (!names.isEmpty()) {
                Optional<Set<TensorName>> known =
                    unseen() > 0 ? Optional.empty() : Optional.of(names);
                copies.forEach(copy -> differing.put(copy.holder(), known));
              }
            });
    return differing;
  }

  /** The copies that have other names, dtypes or shapes than others, and some of those others. */
  Set<RankHolder> otherMetadata() {
    Set<RankHolder> holders = new HashSet<>();
    differences.forEach(
        (contentGroup, ofCamp) ->
            ofCamp.stream()
                .filter(difference -> difference.kind() != FindingKind.DAMAGED)
                .forEach(
                    difference -> {
                      rankInReplica
                          .contentGroups()
                          .get(contentGroup)
                          .forEach(copy -> holders.add(copy.holder()));
                      holders.add(difference.expectedHolder());
                    }));
    undecided.stream()
        .filter(Undecided::hasOtherForms)
        .flatMap(open -> open.holders().values().stream())
        .forEach(copies -> copies.forEach(copy -> holders.add(copy.holder())));
    return holders;
  }

  /** A copy that has as many of the expected tensors as any. */
  RankHolder bestHolder() {
    return rankInReplica
        .reference()
        .map(Reference.Rank::holder)
        .orElseGet(
            () ->
                witnesses.entrySet().stream()
                    .min(Comparator.comparing(w -> differencesOf(w.getKey()).size()))
                    .orElseThrow()
                    .getValue());
  }

  /** What is where other bytes are expected, or is one party of several. */
  List<HeldTensor> strays() {
    List<HeldTensor> strays = new ArrayList<>();
    for (List<TensorDifference> ofCamp : differences.values()) {
      ofCamp.stream()
          .filter(difference -> difference.kind() == FindingKind.DAMAGED)
          .forEach(difference -> strays.add(difference.actual().orElseThrow()));
    }
    undecided.forEach(u -> u.holders().keySet().forEach(held -> held.ifPresent(strays::add)));
    return strays;
  }

  /**
   * Takes out of what is undecided the copies that hold another rank's bytes there, where it is
   * decided of other tensors that they hold that rank's. Of one tensor alone that proves nothing:
   * ranks may hold the same, as tied pairs and norms do, and the copy be the one that is right.
   */
  void settle(Origins origins) {
    Map<RankHolder, Set<Integer>> proven = proven(origins);
    if (proven.isEmpty()) {
      return;
    }
    List<Undecided> before = List.copyOf(undecided);
    undecided.clear();
    for (Undecided tensor : before) {
      Map<Optional<HeldTensor>, List<RankCopy>> others = new LinkedHashMap<>(tensor.holders());
      others.keySet().removeIf(held -> isStray(tensor.name(), held, proven, origins));
      if (others.keySet().stream().noneMatch(Optional::isPresent)) {
        undecided.add(tensor);
        continue;
      }
      if (others.size() > 1) {
        undecided.add(new Undecided(rankInReplica.number(), tensor.name(), others, tensor.votes()));
      }
      tensor.holders().keySet().stream()
          .filter(held -> !others.containsKey(held))
          .forEach(held -> blame(tensor, held.orElseThrow(), others));
    }
  }

  /** The ranks of which a copy of each camp holds matrices where others are decided. */
  private Map<RankHolder, Set<Integer>> proven(Origins origins) {
    Map<RankHolder, Set<Integer>> proven = new HashMap<>();
    differences.forEach(
        (contentGroup, ofCamp) ->
            ofCamp.stream()
                .filter(d -> d.kind() == FindingKind.DAMAGED && d.isMatrix())
                .flatMap(
                    d ->
                        origins
                            .otherPlaces(rankInReplica.number(), d.name(), d.actual().orElseThrow())
                            .stream())
                .forEach(
                    other ->
                        proven
                            .computeIfAbsent(witnesses.get(contentGroup), any -> new HashSet<>())
                            .add(other)));
    return proven;
  }

  private boolean isStray(
      TensorName name,
      Optional<HeldTensor> held,
      Map<RankHolder, Set<Integer>> proven,
      Origins origins) {
    if (held.isEmpty()) {
      return false;
    }
    Set<Integer> elsewhere = origins.otherPlaces(rankInReplica.number(), name, held.get());
    return witnesses.values().stream()
        .filter(holder -> contents.held(holder, name).equals(held))
        .allMatch(
            holder -> !Collections.disjoint(elsewhere, proven.getOrDefault(holder, Set.of())));
  }

  private void blame(
      Undecided tensor, HeldTensor stray, Map<Optional<HeldTensor>, List<RankCopy>> others) {
    Map.Entry<Optional<HeldTensor>, List<RankCopy>> instead =
        others.entrySet().stream().filter(e -> e.getKey().isPresent()).findFirst().orElseThrow();
    witnesses.forEach(
        (contentGroup, holder) -> {
          if (contents.held(holder, tensor.name()).equals(Optional.of(stray))) {
            differences
                .computeIfAbsent(contentGroup, any -> new ArrayList<>())
                .add(
                    new TensorDifference(
                        tensor.name(),
                        instead.getKey(),
                        Optional.of(stray),
                        instead.getValue().get(0).holder(),
                        Optional.of(tensor.votes()),
                        contents.around(holder, tensor.name())));
          }
        });
  }

  private void vote(TensorName name) {
    Ballot<Optional<Content>> ballot = ballot(name);
    Optional<RankHolder> right = rankInReplica.reference().map(Reference.Rank::holder);
    if (right.isEmpty()) {
      right = ballot.majority().flatMap(content -> holderOf(name, content));
    }
    if (right.isEmpty()) {
      if (!ballot.isUnanimous()) {
        undecided.add(new Undecided(rankInReplica.number(), name, holders(name), ballot.votes()));
      }
      return;
    }
    Optional<HeldTensor> expected = contents.held(right.get(), name);
    RankHolder holder = holderOf(name, expected.map(HeldTensor::content)).orElse(right.get());
    Optional<Votes> votes =
        rankInReplica.reference().isPresent() ? Optional.empty() : Optional.of(ballot.votes());
    for (Map.Entry<RankContent, RankHolder> witness : witnesses.entrySet()) {
      Optional<HeldTensor> actual = contents.held(witness.getValue(), name);
      TensorDifference difference =
          new TensorDifference(
              name, expected, actual, holder, votes, contents.around(witness.getValue(), name));
      if (!difference.actualContent().equals(difference.expectedContent())) {
        differences.computeIfAbsent(witness.getKey(), any -> new ArrayList<>()).add(difference);
      }
    }
  }

  private Ballot<Optional<Content>> ballot(TensorName name) {
    Set<String> storages = new HashSet<>();
    rankInReplica.copies().forEach(copy -> storages.add(copy.storage(name.role())));
    Ballot<Optional<Content>> ballot = new Ballot<>(storages.size());
    witnesses.forEach(
        (contentGroup, holder) -> {
          Optional<Content> content = contents.held(holder, name).map(HeldTensor::content);
          for (RankCopy copy : rankInReplica.contentGroups().get(contentGroup)) {
            ballot.vote(copy.storage(name.role()), content);
          }
        });
    return ballot;
  }

  private Optional<RankHolder> holderOf(TensorName name, Optional<Content> content) {
    return witnesses.values().stream()
        .filter(holder -> contents.held(holder, name).map(HeldTensor::content).equals(content))
        .findFirst();
  }

  private Map<Optional<HeldTensor>, List<RankCopy>> holders(TensorName name) {
    Map<Optional<HeldTensor>, List<RankCopy>> holders = new LinkedHashMap<>();
    witnesses.forEach(
        (contentGroup, holder) ->
            holders
                .computeIfAbsent(contents.held(holder, name), any -> new ArrayList<>())
                .addAll(rankInReplica.contentGroups().get(contentGroup)));
    return holders;
  }
}
