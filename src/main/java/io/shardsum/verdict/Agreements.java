package io.shardsum.verdict;

import io.shardsum.verdict.Agreement.Outcome;
import io.shardsum.verdict.Agreement.WithReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which engines hold the same, and the reference: by what they were judged by, and by all of it.
 */
public final class Agreements {

  /** What an engine's copies hold, by rank: as a whole, and as each verdict saw it. */
  private record Held(List<List<Optional<RankContent>>> byVerdict) {}

  private final Map<String, List<RankCopy>> copies = new LinkedHashMap<>();
  private final Map<String, Held> held = new HashMap<>();
  private final Map<String, List<String>> storages = new HashMap<>();
  private final Map<String, WithReference> references = new HashMap<>();
  private final Map<String, Agreement> agreements = new LinkedHashMap<>();

  private Agreements(ComparedGroup group, List<GroupVerdict> verdicts) {
    for (RankCopy copy : group.copies()) {
      copies.computeIfAbsent(copy.engine(), any -> new ArrayList<>()).add(copy);
    }
    copies.forEach(
        (engine, ofEngine) -> {
          storages.put(engine, ofEngine.stream().map(RankCopy::storage).toList());
          if (ofEngine.stream().allMatch(copy -> copy.content().isPresent())) {
            held.put(engine, held(engine, ofEngine, verdicts));
            verdicts.forEach(verdict -> compareWithReference(engine, ofEngine, verdict));
          }
        });
    agree();
  }

  /**
   * Finds who agrees with whom.
   *
   * @param groups with all that copies hold
   * @param verdicts over these groups, or over parts of what their copies hold
   * @return by engine
   */
  public static Map<String, Agreement> of(List<ComparedGroup> groups, List<FleetVerdict> verdicts) {
    Map<String, List<GroupVerdict>> byLabel =
        verdicts.stream()
            .flatMap(verdict -> verdict.groups().stream())
            .collect(Collectors.groupingBy(verdict -> verdict.group().label()));
    Map<String, Agreement> agreements = new LinkedHashMap<>();
    for (ComparedGroup group : groups) {
      agreements.putAll(
          new Agreements(group, byLabel.getOrDefault(group.label(), List.of())).agreements);
    }
    return agreements;
  }

  private static Held held(String engine, List<RankCopy> ofEngine, List<GroupVerdict> verdicts) {
    List<List<Optional<RankContent>>> contents = new ArrayList<>();
    contents.add(contents(ofEngine));
    verdicts.forEach(verdict -> contents.add(contents(judged(engine, verdict))));
    return new Held(contents);
  }

  private static List<Optional<RankContent>> contents(List<RankCopy> copies) {
    return copies.stream()
        .sorted(Comparator.comparing(RankCopy::rank))
        .map(RankCopy::content)
        .toList();
  }

  private static List<RankCopy> judged(String engine, GroupVerdict verdict) {
    return verdict.group().copies().stream().filter(c -> c.engine().equals(engine)).toList();
  }

  private void compareWithReference(String engine, List<RankCopy> whole, GroupVerdict verdict) {
    if (verdict.group().reference().isEmpty()) {
      return;
    }
    Reference reference = verdict.group().reference().get();
    List<RankCopy> compared =
        judged(engine, verdict).stream().filter(c -> reference.knows(c.rankInReplica())).toList();
    references.put(
        engine,
        new WithReference(
            outcome(engine, compared, reference, verdict),
            compared.stream().mapToLong(RankCopy::tensors).sum(),
            whole.stream().mapToLong(RankCopy::tensors).sum()));
  }

  private static Outcome outcome(
      String engine, List<RankCopy> compared, Reference reference, GroupVerdict verdict) {
    if (reference.isHeldBy(engine)) {
      return Outcome.IS_REFERENCE;
    }
    if (verdict.faults().stream().map(Fault::copy).anyMatch(compared::contains)) {
      return Outcome.DIFFERENT;
    }
    return compared.stream()
            .allMatch(
                c -> c.content().equals(Optional.of(reference.at(c.rankInReplica()).content())))
        ? Outcome.EQUAL
        : Outcome.UNSETTLED;
  }

  private void agree() {
    Map<Held, List<String>> byContent = new HashMap<>();
    held.forEach((engine, of) -> byContent.computeIfAbsent(of, any -> new ArrayList<>()));
    Map<List<String>, List<String>> byStorage = new HashMap<>();
    for (String engine : copies.keySet()) {
      byStorage.computeIfAbsent(storages.get(engine), any -> new ArrayList<>()).add(engine);
      if (held.containsKey(engine)) {
        byContent.get(held.get(engine)).add(engine);
      }
    }
    List<String> first = firstOfEachStorage();
    for (String engine : copies.keySet()) {
      boolean isComplete = held.containsKey(engine);
      agreements.put(
          engine,
          new Agreement(
              Optional.ofNullable(references.get(engine)),
              isComplete ? elsewhere(engine, byContent.get(held.get(engine))) : List.of(),
              isComplete ? elsewhere(engine, first) : List.of(),
              byStorage.get(storages.get(engine)).stream()
                  .filter(other -> !other.equals(engine))
                  .toList()));
    }
  }

  private List<String> firstOfEachStorage() {
    Set<List<String>> seen = new HashSet<>();
    return copies.keySet().stream()
        .filter(engine -> held.containsKey(engine) && seen.add(storages.get(engine)))
        .toList();
  }

  private List<String> elsewhere(String engine, List<String> others) {
    return others.stream()
        .filter(other -> !storages.get(other).equals(storages.get(engine)))
        .toList();
  }
}
