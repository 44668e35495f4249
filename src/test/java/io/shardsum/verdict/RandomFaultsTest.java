package io.shardsum.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Fleets with several faults of all kinds in a minority of their engines, at random. */
class RandomFaultsTest {

  private static final int FLEETS = 1_000;

  @Test
  void explainsEverythingAndBlamesNobodyElse() {
    for (int seed = 0; seed < FLEETS; seed++) {
      Random random = new Random(seed);
      int engines = 3 + random.nextInt(5);
      int ranks = 1 + random.nextInt(4);
      int tensors = 4 + random.nextInt(8);
      RecordedFleet fleet = fleet(engines, ranks, tensors);
      Set<String> touched = touch(fleet, ranks, tensors, random);

      FleetVerdict verdict = fleet.verdict();

      assertThat(verdict.undecided()).as("seed %d", seed).isEmpty();
      for (Finding finding : verdict.findings()) {
        assertThat(touched).as("seed %d: %s", seed, finding).contains(finding.engine().get());
      }
      assertExplained(fleet, verdict, ranks, tensors, seed);
    }
  }

  private static RecordedFleet fleet(int engines, int ranks, int tensors) {
    RecordedFleet fleet = RecordedFleet.of(engines, ranks, tensors);
    RecordedFleet before = new RecordedFleet("1", ranks);
    before.add("e0", ranks, RecordedFleet.weights("1", ranks, tensors));
    fleet.remember("2026-11-16", before);
    return fleet;
  }

  private static Set<String> touch(RecordedFleet fleet, int ranks, int tensors, Random random) {
    int minority = (fleet.engines().size() - 1) / 2;
    List<String> engines = new ArrayList<>(fleet.engines());
    java.util.Collections.shuffle(engines, random);
    Set<String> touched = new HashSet<>(engines.subList(0, 1 + random.nextInt(minority)));
    for (String engine : touched) {
      for (int fault = 1 + random.nextInt(4); fault > 0; fault--) {
        change(fleet, engine, ranks, tensors, random);
      }
    }
    return touched;
  }

  private static void change(
      RecordedFleet fleet, String engine, int ranks, int tensors, Random random) {
    int rank = random.nextInt(ranks);
    int otherRank = random.nextInt(ranks);
    Map<TensorName, Content> held = fleet.at(engine, rank);
    TensorName name = RecordedFleet.name(random.nextInt(tensors), tensors);
    TensorName other = RecordedFleet.name(random.nextInt(tensors), tensors);
    Map<Integer, Map<TensorName, Content>> old = RecordedFleet.weights("1", ranks, tensors);
    switch (random.nextInt(9)) {
      case 0 -> held.put(name, RecordedFleet.content("random " + random.nextInt(3)));
      case 1 -> held.remove(name);
      case 2 ->
          held.put(new TensorName("target", "x" + random.nextInt(3)), RecordedFleet.content("x"));
      case 3 -> held.put(name, new Content("F16", "[8, 4]", RecordedFleet.content("y").digests()));
      case 4 -> exchange(held, name, held, other);
      case 5 -> exchange(held, name, fleet.at(engine, otherRank), name);
      case 6 -> {
        Map<TensorName, Content> whole = new TreeMap<>(held);
        fleet.put(engine, rank, fleet.at(engine, otherRank));
        fleet.put(engine, otherRank, whole);
      }
      case 7 -> fleet.put(engine, rank, old.get(rank));
      default -> Optional.ofNullable(old.get(rank).get(name)).ifPresent(c -> held.put(name, c));
    }
  }

  private static void exchange(
      Map<TensorName, Content> one,
      TensorName name,
      Map<TensorName, Content> other,
      TensorName otherName) {
    Content held = one.get(name);
    Content otherHeld = other.get(otherName);
    if (held != null && otherHeld != null) {
      one.put(name, otherHeld);
      other.put(otherName, held);
    }
  }

  /** What the explanations make of the right weights must be what the copies hold. */
  private static void assertExplained(
      RecordedFleet fleet, FleetVerdict verdict, int ranks, int tensors, int seed) {
    Map<Integer, Map<TensorName, Content>> right = RecordedFleet.weights("2", ranks, tensors);
    Map<RankCopy, List<Fault>> byCopy =
        verdict.faults().stream().collect(Collectors.groupingBy(Fault::copy));
    RankStates states = new RankStates(verdict.findings());
    for (RankCopy copy : fleet.copies()) {
      Map<TensorName, Content> rebuilt = new TreeMap<>(right.get(copy.rankInReplica()));
      Set<TensorName> covered = new HashSet<>();
      for (Fault fault : byCopy.getOrDefault(copy, List.of())) {
        for (TensorDifference tensor : fault.tensors()) {
          assertThat(covered.add(tensor.name())).as("seed %d: %s twice", seed, tensor).isTrue();
        }
        apply(fault, rebuilt, right, fleet);
      }
      Map<TensorName, Content> held = fleet.held(copy.holder());
      assertThat(rebuilt).as("seed %d: %s", seed, copy).isEqualTo(held);
      assertThat(states.stateOf(RecordedFleet.GROUP, copy))
          .as("seed %d: %s in %s", seed, copy, verdict.findings())
          .isEqualTo(
              held.equals(right.get(copy.rankInReplica()))
                  ? CoverageState.VERIFIED
                  : CoverageState.DIFFERENT);
    }
  }

  private static void apply(
      Fault fault,
      Map<TensorName, Content> rebuilt,
      Map<Integer, Map<TensorName, Content>> right,
      RecordedFleet fleet) {
    if (fault.why() instanceof Explanation.OtherRank other) {
      rebuilt.clear();
      rebuilt.putAll(right.get(other.rankInReplica()));
    } else if (fault.why() instanceof Explanation.OtherRevision other
        && fault.tensors().isEmpty()) {
      rebuilt.clear();
      rebuilt.putAll(fleet.held(other.known().holder()));
    } else if (fault.why() instanceof Explanation.OtherRevision other) {
      copyFrom(fleet.held(other.known().holder()), fault, rebuilt);
    } else if (fault.why() instanceof Explanation.PartOfRevision part) {
      copyFrom(fleet.held(part.known().holder()), fault, rebuilt);
    } else if (fault.why() instanceof Explanation.ExchangedTensors) {
      assertThat(fault.tensors().stream().map(TensorDifference::actualContent))
          .containsExactlyInAnyOrderElementsOf(
              fault.tensors().stream().map(TensorDifference::expectedContent).toList());
      copyActual(fault, rebuilt);
    } else {
      copyActual(fault, rebuilt);
    }
  }

  private static void copyFrom(
      Map<TensorName, Content> source, Fault fault, Map<TensorName, Content> rebuilt) {
    for (TensorDifference tensor : fault.tensors()) {
      put(rebuilt, tensor.name(), Optional.ofNullable(source.get(tensor.name())));
    }
  }

  private static void copyActual(Fault fault, Map<TensorName, Content> rebuilt) {
    fault.tensors().forEach(t -> put(rebuilt, t.name(), t.actualContent()));
  }

  private static void put(
      Map<TensorName, Content> tensors, TensorName name, Optional<Content> content) {
    if (content.isPresent()) {
      tensors.put(name, content.get());
    } else {
      tensors.remove(name);
    }
  }
}
