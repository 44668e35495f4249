package io.shardsum.verdict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What second readings have shown of suspect tensors. Nothing is blamed for a reading that did not
 * repeat: what was read most often counts, and of that the last; copies vote again by it.
 */
public final class Rereadings {

  private final Map<SuspectTensor, SecondLook> looks = new LinkedHashMap<>();
  private final Map<CopiedTensor, Readings> readings = new LinkedHashMap<>();

  /** Those suspects that were not looked at as they are now. */
  public List<SuspectTensor> open(List<SuspectTensor> suspects) {
    return suspects.stream().filter(suspect -> !looks.containsKey(suspect)).toList();
  }

  /**
   * Takes what a second look has shown.
   *
   * @return whether copies hold something else than they were judged by
   */
  public boolean take(Map<SuspectTensor, SecondLook> shown) {
    shown.forEach(
        (suspect, look) -> {
          if (!(look instanceof SecondLook.Compared compared)) {
            looks.put(suspect, look);
            return;
          }
          add(suspect.copy(), suspect.held(), compared.suspectBy(), compared.held(), compared.by());
          add(
              suspect.otherCopy(),
              suspect.otherHeld(),
              compared.otherBy(),
              compared.otherHeld(),
              compared.by());
          if (compared.held().equals(suspect.held())
              && compared.otherHeld().equals(suspect.otherHeld())) {
            looks.put(suspect, look);
          }
        });
    return shown.keySet().stream()
        .anyMatch(
            suspect ->
                isOther(suspect.copy(), suspect.held())
                    || isOther(suspect.otherCopy(), suspect.otherHeld()));
  }

  private void add(
      CopiedTensor copy, HeldTensor judged, ReadBy firstBy, HeldTensor now, ReadBy nowBy) {
    readings
        .computeIfAbsent(copy, any -> new Readings(new Reading(judged, firstBy)))
        .add(new Reading(now, nowBy));
  }

  private boolean isOther(CopiedTensor copy, HeldTensor judged) {
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

  private boolean neverRepeats(CopiedTensor copy) {
    return readings.containsKey(copy) && readings.get(copy).neverRepeats();
  }

  /** Judges by what counts now. */
  public FleetVerdict judge(List<ComparedGroup> groups, Evidence evidence) {
    return new FleetVerdict(groups.stream().map(this::corrected).toList(), over(evidence));
  }

  /** A copy that holds something else than was read has an equal no more as a whole. */
  private ComparedGroup corrected(ComparedGroup group) {
    List<RankCopy> copies = new ArrayList<>();
    for (RankCopy copy : group.copies()) {
      boolean corrected =
          readings.entrySet().stream()
              .anyMatch(
                  r ->
                      r.getKey().holder().equals(copy.holder())
                          && !r.getValue().settled().equals(r.getValue().first()));
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
      public Map<Integer, PlaceContents> differing(Map<Integer, Set<RankHolder>> holders) {
        Map<Integer, PlaceContents> corrected = new HashMap<>();
        evidence.differing(holders).forEach((place, held) -> corrected.put(place, corrected(held)));
        return corrected;
      }

      @Override
      public Optional<LastVerified> lastVerified(String engine) {
        return evidence.lastVerified(engine);
      }
    };
  }

  private PlaceContents corrected(PlaceContents contents) {
    Map<RankHolder, Map<TensorName, HeldTensor>> byHolder = new HashMap<>();
    contents
        .byHolder()
        .forEach(
            (holder, held) -> {
              Map<TensorName, HeldTensor> corrected = new HashMap<>();
              held.forEach(
                  (name, tensor) -> {
                    Readings of = readings.get(new CopiedTensor(holder, name));
                    corrected.put(name, of == null ? tensor : of.settled());
                  });
              byHolder.put(holder, corrected);
            });
    return new PlaceContents(contents.differing(), byHolder);
  }

  /** The findings, those of suspects with ranges and pattern, and one for each transient read. */
  public List<Finding> findings(FleetVerdict verdict) {
    List<Finding> findings = new ArrayList<>(new LocatedFindings(looks).of(verdict.findings()));
    findings.addAll(new TransientReads(readings).findings());
    return findings;
  }
}
