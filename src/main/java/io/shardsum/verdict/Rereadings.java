package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What more readings have shown of suspect tensors. Nothing is blamed unless each of several
 * readings gave the same: a file may be changing while its time of change stays. Copies vote again
 * by what counts.
 */
public final class Rereadings {

  /** So many readings after the first must give the same before a copy is blamed. */
  public static final int REPEATS = 4;

  /** Nobody wrote a sample of other weights just now, all at once. */
  private static final int REPEATS_OF_A_SAMPLE = 1;

  private final Map<SuspectTensor, SecondLook> looks = new LinkedHashMap<>();
  private final Map<SuspectTensor.CopiedTensor, Readings> readings = new LinkedHashMap<>();
  private final Set<SuspectTensor.CopiedTensor> unread = new HashSet<>();
  private final Map<RankHolder, MisreadHeader> headers = new LinkedHashMap<>();
  private final Map<SuspectTensor.CopiedTensor, Readings> ofEngines = new LinkedHashMap<>();
  private final List<Finding> files = new ArrayList<>();
  private final TransientReads transientReads = new TransientReads();

  /** Whether nothing was read again. */
  public boolean isEmpty() {
    return looks.isEmpty()
        && readings.isEmpty()
        && headers.isEmpty()
        && ofEngines.isEmpty()
        && files.isEmpty();
  }

  /** Takes headers that came out otherwise when they were read again. */
  public void take(List<MisreadHeader> misread) {
    misread.forEach(header -> headers.putIfAbsent(header.holder(), header));
  }

  /** Takes tensors that came out otherwise when they were read again for a running engine. */
  public void takeTensors(List<MisreadTensor> misread) {
    misread.forEach(tensor -> ofEngines.put(tensor.copy(), tensor.readings()));
  }

  /** Takes what is said of files that gave other bytes when they were read again as a whole. */
  public void takeFiles(List<Finding> misread) {
    files.addAll(misread);
  }

  static RankHolder holder(Finding finding) {
    return RankHolder.now(finding.engine().orElseThrow(), finding.rank().orElseThrow());
  }

  /** The ranks whose headers were misread: what they are judged by is not theirs. */
  public Set<RankHolder> misreadHeaders() {
    return headers.keySet();
  }

  /** The ranks of which the scan has wrong bytes, or such as no other reading gave. */
  public Set<RankHolder> misread() {
    Set<RankHolder> misread = new LinkedHashSet<>(headers.keySet());
    files.forEach(finding -> misread.add(holder(finding)));
    ofEngines.keySet().forEach(copy -> misread.add(copy.holder()));
    readings.forEach(
        (copy, of) -> {
          if (of.isFirstWrong()) {
            misread.add(copy.holder());
          }
        });
    return misread;
  }

  /** What ranks hold is of another reading now, of all their files: nothing else counts. */
  public void readAnew(Set<RankHolder> ranks) {
    transientReads.addReadAnew(
        of(ranks, readings),
        of(ranks, ofEngines),
        headers.values().stream().filter(header -> ranks.contains(header.holder())).toList(),
        files.stream().filter(finding -> ranks.contains(holder(finding))).toList());
    looks.keySet().removeIf(suspect -> ranks.contains(suspect.holder()));
    readings.keySet().removeIf(copy -> ranks.contains(copy.holder()));
    ofEngines.keySet().removeIf(copy -> ranks.contains(copy.holder()));
    unread.removeIf(copy -> ranks.contains(copy.holder()));
    headers.keySet().removeAll(ranks);
    files.removeIf(finding -> ranks.contains(holder(finding)));
  }

  /** Forgets what was read of references that have been read anew since. */
  public void forget(Predicate<RankHolder> references) {
    Set<SuspectTensor.CopiedTensor> compared =
        looks.keySet().stream()
            .filter(suspect -> references.test(suspect.other()))
            .map(SuspectTensor::copy)
            .collect(Collectors.toSet());
    looks.keySet().removeIf(suspect -> references.test(suspect.other()));
    unread.removeAll(compared);
    readings
        .entrySet()
        .removeIf(
            of ->
                references.test(of.getKey().holder())
                    || (compared.contains(of.getKey()) && of.getValue().isAssumed()));
  }

  private static Map<SuspectTensor.CopiedTensor, Readings> of(
      Set<RankHolder> ranks, Map<SuspectTensor.CopiedTensor, Readings> all) {
    Map<SuspectTensor.CopiedTensor, Readings> some = new LinkedHashMap<>(all);
    some.keySet().removeIf(copy -> !ranks.contains(copy.holder()));
    return some;
  }

  /** Those suspects that were not looked at as they are now, or not often enough. */
  public List<SuspectTensor> open(List<SuspectTensor> suspects) {
    return suspects.stream().filter(suspect -> !isDone(suspect)).toList();
  }

  private boolean isDone(SuspectTensor suspect) {
    int repeats = suspect.kind() == FindingKind.OTHER_WEIGHTS ? REPEATS_OF_A_SAMPLE : REPEATS;
    return looks.containsKey(suspect)
        && (unread.contains(suspect.copy())
            || readings.get(suspect.copy()).times(suspect.held()) > repeats);
  }

  /**
   * Takes what a second look has shown.
   *
   * @return whether copies hold something else than they were judged by, or may be explained in
   *     another way
   */
  public boolean take(Map<SuspectTensor, SecondLook> shown) {
    shown.forEach(
        (suspect, look) -> {
          if (!(look instanceof SecondLook.Compared compared)) {
            looks.putIfAbsent(suspect, look);
            unread.add(suspect.copy());
            return;
          }
          readings(suspect.copy(), suspect.held(), compared.suspectBy())
              .add(new Readings.Reading(compared.held(), compared.by()), suspect.otherHeld());
          readings(suspect.otherCopy(), suspect.otherHeld(), compared.otherBy())
              .add(new Readings.Reading(compared.otherHeld(), compared.by()));
          if (compared.held().equals(suspect.held())
              && compared.otherHeld().equals(suspect.otherHeld())) {
            looks.put(suspect, look);
          }
        });
    return shown.keySet().stream()
        .anyMatch(
            suspect ->
                suspect.kind() == FindingKind.OTHER_WEIGHTS
                    || isOther(suspect.copy(), suspect.held())
                    || isOther(suspect.otherCopy(), suspect.otherHeld()));
  }

  private Readings readings(SuspectTensor.CopiedTensor copy, HeldTensor judged, ReadBy firstBy) {
    return readings.computeIfAbsent(
        copy, any -> new Readings(new Readings.Reading(judged, firstBy)));
  }

  private boolean isOther(SuspectTensor.CopiedTensor copy, HeldTensor judged) {
    return readings.containsKey(copy) && !readings.get(copy).settled().equals(judged);
  }

  /**
   * Ends it: copies of which no two readings gave the same are taken for equal to what they were
   * compared with.
   *
   * @param left suspects that were not looked at as they are now
   * @return whether there are such copies
   */
  public boolean end(List<SuspectTensor> left) {
    boolean any = false;
    for (SuspectTensor suspect : left) {
      if (neverRepeats(suspect.copy())) {
        readings.get(suspect.copy()).assume(suspect.otherHeld());
        any = true;
      } else if (neverRepeats(suspect.otherCopy())) {
        readings.get(suspect.otherCopy()).assume(suspect.held());
        any = true;
      }
    }
    return any;
  }

  private boolean neverRepeats(SuspectTensor.CopiedTensor copy) {
    return readings.containsKey(copy) && readings.get(copy).neverRepeats();
  }

  /** Judges by what counts now. */
  public FleetVerdict judge(List<ComparedGroup> groups, Evidence evidence) {
    return new FleetVerdict(
        groups.stream().map(this::corrected).toList(), over(evidence), Samples.of(looks, readings));
  }

  /** A copy that holds something else than was read has an equal no more as a whole. */
  private ComparedGroup corrected(ComparedGroup group) {
    List<RankCopy> copies = new ArrayList<>();
    for (RankCopy copy : group.copies()) {
      boolean corrected =
          readings.entrySet().stream()
              .anyMatch(
                  r -> r.getKey().holder().equals(copy.holder()) && r.getValue().isFirstWrong());
      copies.add(corrected ? copy.readOtherwise() : copy);
    }
    return group.with(copies);
  }

  private Evidence over(Evidence evidence) {
    return new Evidence() {
      @Override
      public List<KnownRank> earlier(String family, String group) {
        return evidence.earlier(family, group);
      }

      @Override
      public Map<Integer, ReplicaRankContents> differing(Map<Integer, Set<RankHolder>> holders) {
        Map<Integer, ReplicaRankContents> corrected = new HashMap<>();
        evidence
            .differing(holders)
            .forEach((rankInReplica, held) -> corrected.put(rankInReplica, corrected(held)));
        return corrected;
      }

      @Override
      public List<Whereabouts> whereabouts(ComparedGroup group, Set<Digests> digests) {
        return evidence.whereabouts(group, digests);
      }

      @Override
      public Optional<Evidence.LastVerified> lastVerified(String engine) {
        return evidence.lastVerified(engine);
      }
    };
  }

  private ReplicaRankContents corrected(ReplicaRankContents contents) {
    Map<RankHolder, Map<TensorName, HeldTensor>> byHolder = new HashMap<>();
    contents
        .byHolder()
        .forEach(
            (holder, held) -> {
              Map<TensorName, HeldTensor> corrected = new HashMap<>();
              held.forEach(
                  (name, tensor) -> {
                    Readings of = readings.get(new SuspectTensor.CopiedTensor(holder, name));
                    corrected.put(name, of == null ? tensor : of.settled());
                  });
              byHolder.put(holder, corrected);
            });
    return contents.with(byHolder);
  }

  /** The findings, those of suspects with ranges and pattern. */
  public List<Finding> findings(FleetVerdict verdict) {
    return new LocatedFindings(looks).located(verdict.findings());
  }

  /** One for each transient read, also of what was read anew since. */
  public List<Finding> transientReads() {
    return transientReads.findings(readings, ofEngines, misread(), headers.values(), files);
  }
}
