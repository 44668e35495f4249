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
  private final Map<Integer, Place> places = new TreeMap<>();
  private final List<Fault> faults = new ArrayList<>();
  private final List<TensorVote> votes = new ArrayList<>();
  private Origins origins = Origins.UNKNOWN;

  GroupVerdict(ComparedGroup group, Revisions revisions, Evidence evidence, Samples samples) {
    this.samples = samples;
    this.group = group;
    this.revisions = revisions;
    this.evidence = evidence;
    Map<Integer, List<RankCopy>> copies =
        group.copies().stream().collect(Collectors.groupingBy(RankCopy::place));
    copies.forEach(
        (number, ofPlace) ->
            places.put(number, new Place(number, ofPlace, referenceAt(group, number))));
    judge();
  }

  private static Optional<Reference.Rank> referenceAt(ComparedGroup group, int place) {
    return group.reference().flatMap(r -> Optional.ofNullable(r.ranks().get(place)));
  }

  ComparedGroup group() {
    return group;
  }

  Revisions revisions() {
    return revisions;
  }

  Map<Integer, Place> places() {
    return places;
  }

  List<Fault> faults() {
    return faults;
  }

  List<Undecided> undecided() {
    return votes.stream().flatMap(vote -> vote.undecided().stream()).toList();
  }

  /** The copies that have other names, dtypes or shapes than others, and some of those others. */
  Set<RankHolder> otherForms() {
    return votes.stream().flatMap(vote -> vote.otherForms().stream()).collect(Collectors.toSet());
  }

  /**
   * The tensors of each copy that are not as they should be, or not decided; empty where they are
   * too many to be known by name. Also of ranks that are explained as a whole.
   */
  Map<RankHolder, Optional<Set<TensorName>>> differing() {
    Map<Integer, TensorVote> byPlace = new HashMap<>();
    votes.stream()
        .filter(TensorVote::sawAllCopies)
        .forEach(vote -> byPlace.put(vote.place().number(), vote));
    Map<Integer, Set<RankHolder>> holders = new HashMap<>();
    for (Place place : places.values()) {
      if (place.differs() && !byPlace.containsKey(place.number())) {
        holders.put(place.number(), TensorVote.holders(place));
      }
    }
    if (!holders.isEmpty()) {
      evidence
          .differing(holders)
          .forEach(
              (number, contents) ->
                  byPlace.put(number, new TensorVote(places.get(number), contents)));
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
  long unseenAt(int place) {
    return votes.stream()
        .filter(vote -> vote.place().number() == place)
        .mapToLong(TensorVote::unseen)
        .sum();
  }

  private void judge() {
    List<Place> open = new ArrayList<>();
    for (Place place : places.values()) {
      place
          .empty()
          .forEach(
              copy -> blame(List.of(copy), new Explanation.NoTensors(), place.comparison(copy)));
      if (place.differs() && !explainWholeRanks(place)) {
        open.add(place);
      }
    }
    if (!open.isEmpty()) {
      lookIntoTensors(open);
    }
  }

  /** Explains what checksums alone tell; false where tensors must be looked at. */
  private boolean explainWholeRanks(Place place) {
    if (place.expected().isEmpty()) {
      return false;
    }
    boolean all = true;
    for (Map.Entry<RankContent, List<RankCopy>> camp : place.camps().entrySet()) {
      RankContent content = camp.getKey();
      if (!content.equals(place.expected().get())) {
        Optional<Explanation> why = ofWholeRank(place, content);
        why.ifPresent(w -> blame(camp.getValue(), w, place.comparison(content)));
        all &= why.isPresent();
      }
    }
    return all;
  }

  private Optional<Explanation> ofWholeRank(Place place, RankContent content) {
    return places.values().stream()
        .filter(other -> other.number() != place.number())
        .filter(other -> other.expected().equals(Optional.of(content)))
        .findFirst()
        .<Explanation>map(other -> new Explanation.OtherRank(other.number()))
        .or(() -> ofRevision(place, content));
  }

  /** Of a checksum that is right, no revision is to blame: the form is another. */
  private Optional<Explanation> ofRevision(Place place, RankContent content) {
    boolean right =
        place.expected().map(RankContent::checksum).equals(Optional.of(content.checksum()));
    return right
        ? Optional.empty()
        : revisions.holding(place.number(), content).map(Explanation.OtherRevision::new);
  }

  private void blame(List<RankCopy> copies, Explanation why, Comparison comparison) {
    copies.forEach(copy -> faults.add(new Fault(copy, why, List.of(), comparison)));
  }

  private void lookIntoTensors(List<Place> open) {
    Map<Integer, Set<RankHolder>> holders = new HashMap<>();
    open.forEach(place -> holders.put(place.number(), TensorVote.holders(place)));
    Map<Integer, PlaceContents> contents = evidence.differing(holders);
    Map<RankCopy, List<TensorDifference>> unexplained = new LinkedHashMap<>();
    for (Place place : open) {
      votes.add(new TensorVote(place, contents.getOrDefault(place.number(), PlaceContents.EQUAL)));
    }
    origins = Origins.of(group, places, votes, evidence);
    for (TensorVote vote : votes) {
      vote.settle(origins);
      vote.place().camps().forEach((camp, copies) -> take(vote, camp, copies, unexplained));
    }
    TensorFaults tensorFaults = new TensorFaults(votes, revisions, origins, evidence, samples);
    faults.addAll(tensorFaults.explain(unexplained));
  }

  /** Leaves out the copies that are right, and those that are explained as a whole. */
  private void take(
      TensorVote vote,
      RankContent camp,
      List<RankCopy> copies,
      Map<RankCopy, List<TensorDifference>> unexplained) {
    List<TensorDifference> differences = vote.differencesOf(camp);
    if (differences.isEmpty() || isExplained(copies.get(0))) {
      return;
    }
    if (vote.place().expected().isEmpty()) {
      Optional<KnownRank> known = revisions.holding(vote.place().number(), camp);
      if (known.isPresent()) {
        blame(copies, new Explanation.OtherRevision(known.get()), vote.place().comparison(camp));
        return;
      }
    }
    copies.forEach(copy -> unexplained.put(copy, differences));
  }

  private boolean isExplained(RankCopy copy) {
    return faults.stream().anyMatch(fault -> fault.copy().equals(copy));
  }
}
