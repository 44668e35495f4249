package io.shardsum.verdict;

import static io.shardsum.verdict.PlantedFault.words;
import static io.shardsum.verdict.RecordedFleet.content;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Who wins a vote, and what is said where nobody does. */
class VotesTest {

  private static final TensorName W1 = new TensorName("target", "w1");
  private static final TensorName W2 = new TensorName("target", "w2");

  @Test
  void decidesEachTensorByItselfWhereNoCopyIsRightAsAWhole() {
    RecordedFleet fleet = RecordedFleet.of(3, 1, 8);
    fleet.at("e0", 0).put(W1, content("x"));
    fleet.at("e1", 0).put(W2, content("y"));
    fleet.at("e2", 0).remove(new TensorName("target", "w3"));

    assertThat(words(fleet.verdict().findings()))
        .containsExactly("DAMAGED e0 0 w1", "DAMAGED e1 0 w2", "MISSING_TENSOR e2 0 w3");
  }

  @Test
  void knowsByTensorWhatDiffersAlsoInARankThatIsExplainedAsAWhole() {
    RecordedFleet fleet = RecordedFleet.of(5, 2, 4);
    fleet.at("e0", 0).put(W1, content("x"));
    fleet.put("e1", 0, fleet.at("e2", 1));

    Map<RankHolder, Optional<Set<TensorName>>> differing = fleet.verdict().differing();

    assertThat(differing)
        .containsOnlyKeys(RankHolder.now("e0", 0), RankHolder.now("e1", 0))
        .containsEntry(RankHolder.now("e0", 0), Optional.of(Set.of(W1)));
    assertThat(differing.get(RankHolder.now("e1", 0)).orElseThrow()).hasSize(4);
  }

  @Test
  void countsCopiesThatAreNotThereAgainstAMajority() {
    RecordedFleet fleet = RecordedFleet.of(5, 1, 8);
    fleet.at("e0", 0).put(W1, content("x"));
    fleet.loseRank("e3", 0);
    fleet.loseRank("e4", 0);

    assertThat(fleet.verdict().findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(words(List.of(finding))).containsExactly("UNDECIDED - 0 w1");
              assertThat(finding.comparison().votes()).contains("2 : 1, 2 without a vote");
            });
  }

  @Test
  void givesOneStorageOneVoteAndNoneIfItWasReadAsTwoThings() {
    RecordedFleet same = RecordedFleet.of(4, 1, 8);
    same.shareStorage("e1", "e0");
    same.shareStorage("e2", "e0");
    same.at("e3", 0).put(W1, content("x"));

    RecordedFleet torn = RecordedFleet.of(3, 1, 8);
    torn.shareStorage("e1", "e0");
    torn.at("e1", 0).put(W1, content("x"));

    assertThat(words(same.verdict().findings())).containsExactly("UNDECIDED - 0 w1");
    assertThat(words(torn.verdict().findings())).containsExactly("UNDECIDED - 0 w1");
    assertThat(torn.verdict().findings().get(0).comparison().votes())
        .contains("1 : 0, 1 without a vote");
  }

  @Test
  void saysSplitWhereHalfTheFleetHoldsOtherWeights() {
    RecordedFleet fleet = RecordedFleet.of(6, 4, 8);
    Map<Integer, Map<TensorName, Content>> other = RecordedFleet.weights("3", 4, 8);
    for (String engine : List.of("e1", "e3", "e5")) {
      other.forEach((rank, tensors) -> fleet.put(engine, rank, tensors));
    }

    assertThat(fleet.verdict().findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(words(List.of(finding))).containsExactly("SPLIT - - -");
              assertThat(finding.comparison().votes()).contains("3 : 3");
              assertThat(finding.location()).contains(RecordedFleet.GROUP);
              assertThat(finding.detail())
                  .isEqualTo(
                      "the engines hold 2 different weights, none with a majority; 16 tensors of 4"
                          + " ranks differ: 3 of 6 copies: e0, e2 and e4; 3 of 6 copies: e1, e3"
                          + " and e5");
            });
  }

  @Test
  void saysUndecidedWhereTwoAgainstTwoDifferInATensor() {
    RecordedFleet fleet = RecordedFleet.of(4, 2, 8);
    fleet.at("e2", 1).put(W1, content("x"));
    fleet.at("e3", 1).put(W1, content("x"));

    Finding finding = fleet.verdict().findings().get(0);

    assertThat(words(fleet.verdict().findings())).containsExactly("UNDECIDED - 1 w1");
    assertThat(finding.comparison().votes()).contains("2 : 2");
    assertThat(finding.detail())
        .matches("no content has a majority: [0-9a-f]{16} in e0 and e1; [0-9a-f]{16} in e2 and e3");
  }

  @Test
  void saysOnceThatAWholeEngineIsOfAnotherRevision() {
    RecordedFleet fleet = PlantedFault.fleet(6);
    RecordedFleet.weights("1", 4, 8).forEach((rank, tensors) -> fleet.put("e0", rank, tensors));

    assertThat(fleet.verdict().findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(words(List.of(finding))).containsExactly("STALE_REVISION e0 - -");
              assertThat(finding.detail())
                  .isEqualTo(
                      "the engine's weights (32 tensors) are those of revision 1, as engine e0 has"
                          + " them in scan 2026-11-16 of 2026-11-16; last right in scan 2026-11-16"
                          + " of 2026-11-16");
            });
  }

  @Test
  void countsTensorsInsteadOfListingThem() {
    RecordedFleet fleet = RecordedFleet.of(3, 1, 1_000);
    fleet.at("e1", 0).replaceAll((name, held) -> content("x" + name));

    assertThat(fleet.verdict().findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(words(List.of(finding))).containsExactly("DAMAGED e1 0 -");
              assertThat(finding.detail())
                  .startsWith(
                      "1000 tensors differ from the majority (2 of 3 copies agree): w0, w1, w2,")
                  .endsWith(" and 990 more");
            });
    assertThat(fleet.verdict().suspects()).hasSize(1_000);
  }

  @Test
  void givesTheChunksOfSuspectTensors() {
    RecordedFleet fleet = RecordedFleet.of(3, 1, 8);
    fleet.at("e1", 0).put(W1, content("x"));

    assertThat(fleet.verdict().suspects())
        .containsExactly(
            new SuspectTensor(
                FindingKind.DAMAGED,
                RecordedFleet.GROUP,
                0,
                W1,
                RankHolder.now("e1", 0),
                RankHolder.now("e0", 0),
                held("x"),
                held("2 0 1")));
    assertThat(fleet.verdict().suspects().get(0).differingChunks()).containsExactly(1);
  }

  private static HeldTensor held(String bytes) {
    Content content = content(bytes);
    return new HeldTensor(content, List.of(7L, Long.parseUnsignedLong(content.digest(), 16)));
  }

  @Test
  void findsARingOfTensorsInOneRank() {
    RecordedFleet fleet = RecordedFleet.of(3, 1, 8);
    Map<TensorName, Content> held = fleet.at("e1", 0);
    Map<TensorName, Content> before = new TreeMap<>(held);
    held.put(W1, before.get(W2));
    held.put(W2, before.get(new TensorName("target", "w3")));
    held.put(new TensorName("target", "w3"), before.get(W1));

    assertThat(fleet.verdict().findings())
        .extracting(Finding::detail)
        .containsExactly(
            "3 tensors of equal dtype and shape hold each other's bytes: w1, w2 and w3");
  }

  @Test
  void comparesReplicasOfAnEngineWithThemselves() {
    RecordedFleet fleet = new RecordedFleet("2", 2);
    fleet.add("a", 6, RecordedFleet.weights("2", 2, 8));
    fleet.at("a", 5).put(W1, content("x"));

    assertThat(words(fleet.verdict().findings())).containsExactly("DAMAGED a 5 w1");
  }

  @Test
  void saysThatNothingWasComparedWhereThereIsOneCopy() {
    RecordedFleet alone = RecordedFleet.of(1, 2, 8);
    RecordedFleet shared = RecordedFleet.of(2, 2, 8);
    shared.shareStorage("e1", "e0");
    RecordedFleet others = RecordedFleet.of(3, 2, 8);
    others.loseRank("e0", 1);
    others.loseRank("e2", 1);

    assertThat(words(alone.verdict().findings())).containsExactly("UNVERIFIED e0 - -");
    assertThat(words(shared.verdict().findings())).containsExactly("UNVERIFIED - - -");
    assertThat(words(others.verdict().findings())).containsExactly("UNVERIFIED e1 1 -");
  }
}
