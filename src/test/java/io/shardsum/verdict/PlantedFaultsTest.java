package io.shardsum.verdict;

import static io.shardsum.verdict.PlantedFault.fleet;
import static io.shardsum.verdict.PlantedFault.words;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault alone, in pairs, in the first engine, and against a reference: only what it is. */
class PlantedFaultsTest {

  /** Two faults. */
  record Pair(PlantedFault one, PlantedFault other) {}

  static Stream<Pair> pairs() {
    return Stream.of(PlantedFault.values())
        .flatMap(one -> Stream.of(PlantedFault.values()).map(other -> new Pair(one, other)));
  }

  private static List<String> expected(String... findings) {
    List<String> expected = new ArrayList<>(List.of(findings));
    expected.removeIf(PlantedFault.NOTHING::equals);
    return expected;
  }

  @Test
  void findsNothingInAFleetOfEqualEngines() {
    RecordedFleet fleet = fleet(100);

    assertThat(fleet.verdict().findings()).isEmpty();
    assertThat(fleet.differingAsked()).as("looks into tensors").isZero();
  }

  @ParameterizedTest
  @EnumSource
  void findsAFaultOfAnyEngineTheFirstIncluded(PlantedFault fault) {
    for (String engine : List.of("e0", "e3", "e5")) {
      RecordedFleet fleet = fleet(6);
      fault.plant(fleet, engine, 1, 2);

      assertThat(words(fleet.verdict().findings()))
          .containsExactlyElementsOf(expected(fault.found(engine, 1, 2)));
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void findsTwoFaultsOfTwoEngines(Pair pair) {
    RecordedFleet fleet = fleet(6);
    pair.one().plant(fleet, "e0", 1, 2);
    pair.other().plant(fleet, "e4", 1, 2);

    assertThat(words(fleet.verdict().findings()))
        .containsExactlyInAnyOrderElementsOf(
            expected(pair.one().found("e0", 1, 2), pair.other().found("e4", 1, 2)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void findsTwoFaultsOfOneEngine(Pair pair) {
    RecordedFleet fleet = fleet(6);
    pair.one().plant(fleet, "e2", 0, 1);
    pair.other().plant(fleet, "e2", 2, 3);

    assertThat(words(fleet.verdict().findings()))
        .containsExactlyInAnyOrderElementsOf(ofOneEngine(pair));
  }

  /** What is of one revision is one finding, in however many ranks it is. */
  private static List<String> ofOneEngine(Pair pair) {
    List<PlantedFault> revisions =
        List.of(PlantedFault.STALE_REVISION, PlantedFault.PARTIAL_UPDATE);
    if (revisions.contains(pair.one()) && revisions.contains(pair.other())) {
      boolean stale = pair.one() == pair.other() && pair.one() == PlantedFault.STALE_REVISION;
      return List.of((stale ? "STALE_REVISION" : "PARTIAL_UPDATE") + " e2 - ranks 0, 2");
    }
    return expected(pair.one().found("e2", 0, 1), pair.other().found("e2", 2, 3));
  }

  @ParameterizedTest
  @EnumSource
  void blamesTheMajorityWhereAReferenceSaysSo(PlantedFault fault) {
    RecordedFleet trusted = fleet(6);
    RecordedFleet baseline = fleet(6);
    baseline.remember("2026-11-22", fleet(1));
    List<String> expected = new ArrayList<>();
    for (String engine : List.of("e0", "e1", "e2", "e3")) {
      fault.plant(trusted, engine, 1, 2);
      fault.plant(baseline, engine, 1, 2);
      expected.addAll(expected(fault.found(engine, 1, 2)));
    }
    trusted.trust("e5");
    baseline.compareWith("2026-11-22", "e0");

    assertThat(words(trusted.verdict().findings())).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(words(baseline.verdict().findings())).containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @EnumSource
  void blamesNeitherOfTwoEngines(PlantedFault fault) {
    RecordedFleet fleet = fleet(2);
    fault.plant(fleet, "e0", 1, 2);

    assertThat(fleet.verdict().findings())
        .isNotEmpty()
        .allSatisfy(
            finding -> {
              if (finding.is(FindingKind.UNVERIFIED)) {
                assertThat(words(List.of(finding))).containsExactly("UNVERIFIED e1 1 -");
              } else {
                assertThat(finding.kind()).isEqualTo("UNDECIDED");
                assertThat(finding.engine()).isEmpty();
                assertThat(finding.comparison().votes()).contains("1 : 1");
                assertThat(finding.detail()).contains("e0").contains("e1");
              }
            });
  }
}
