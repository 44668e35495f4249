package io.shardsum.verdict;

import static io.shardsum.verdict.PlantedFault.words;
import static io.shardsum.verdict.RecordedFleet.content;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Content in the wrong place is called that, whatever else is wrong there. */
class OriginsTest {

  private static final TensorName W1 = new TensorName("target", "w1");
  private static final TensorName W2 = new TensorName("target", "w2");
  private static final TensorName W3 = new TensorName("target", "w3");

  /** Gives a rank those tensors of another rank whose numbers are given. */
  private static void take(
      RecordedFleet fleet, String engine, int rank, int other, int... tensors) {
    for (int tensor : tensors) {
      TensorName name = new TensorName("target", "w" + tensor);
      fleet.at(engine, rank).put(name, fleet.at("e0", other).get(name));
    }
  }

  @Test
  void findsTheTensorsOfAnotherRank() {
    RecordedFleet fleet = RecordedFleet.of(3, 2, 12);
    take(fleet, "e2", 1, 0, 10, 2, 3, 4);

    Finding finding = fleet.verdict().findings().get(0);

    assertThat(words(fleet.verdict().findings())).containsExactly("SWAPPED_RANKS e2 1 -");
    assertThat(finding.detail())
        .isEqualTo("4 of 12 tensors of rank 1 are those of rank 0: w2, w3, w4 and w10");
    assertThat(finding.tensors()).containsExactly("w2", "w3", "w4", "w10");
    assertThat(finding.comparison().actual()).contains("rank 0");
  }

  @Test
  void findsThemWhereTheRankAndAnotherCopyAreDamagedToo() {
    RecordedFleet fleet = RecordedFleet.of(3, 2, 12);
    take(fleet, "e2", 1, 0, 1, 2, 3, 4);
    fleet.at("e2", 1).put(new TensorName("target", "w8"), content("flipped"));
    fleet.at("e1", 1).put(W1, content("damaged"));

    List<Finding> findings = fleet.verdict().findings();

    assertThat(words(findings))
        .containsExactly("SWAPPED_RANKS e2 1 -", "DAMAGED e2 1 w8", "UNDECIDED - 1 w1");
    assertThat(findings.get(0).detail())
        .isEqualTo("4 of 12 tensors of rank 1 are those of rank 0: w1, w2, w3 and w4");
    assertThat(findings.get(2).detail()).contains("in e0", "in e1").doesNotContain("e2");
  }

  @Test
  void comparesTheRestOfAFileOfAnotherRankWithThatRank() {
    RecordedFleet fleet = RecordedFleet.of(3, 2, 8);
    fleet.put("e2", 1, fleet.at("e0", 0));
    fleet.at("e2", 1).put(W1, content("flipped"));

    FleetVerdict verdict = fleet.verdict();

    assertThat(words(verdict.findings()))
        .containsExactly("SWAPPED_RANKS e2 1 -", "DAMAGED e2 1 w1");
    assertThat(verdict.findings().get(0).detail())
        .startsWith("7 of 8 tensors of rank 1 are those of rank 0: w0, w2");
    assertThat(verdict.findings().get(1).detail())
        .isEqualTo(
            "1 of its 2 MiB differs from what rank 0 should hold, whose tensors its file has");
    assertThat(verdict.suspects())
        .singleElement()
        .satisfies(suspect -> assertThat(suspect.other().rank()).isZero());
  }

  @Test
  void blamesNeitherOfTwoEnginesAndSaysWhatAnotherRankHolds() {
    RecordedFleet whole = RecordedFleet.of(2, 2, 8);
    whole.put("e0", 1, whole.at("e0", 0));
    RecordedFleet part = RecordedFleet.of(2, 2, 12);
    take(part, "e1", 1, 0, 1, 2, 3, 4);

    assertThat(words(whole.verdict().findings())).containsExactly("UNDECIDED - 1 -");
    assertThat(whole.verdict().findings().get(0).detail())
        .endsWith("; what e0 holds in 8 of them is also what rank 0 should hold");
    assertThat(part.verdict().findings().get(0).detail())
        .contains("w1, w2, w3 and w4")
        .endsWith("; what e1 holds in 4 of them is also what rank 0 should hold");
  }

  /**
   * Norms are the same in all ranks, and heads may be tied: what is elsewhere is right here, too.
   */
  @Test
  void doesNotBlameTheGoodCopyForWhatIsRightElsewhereToo() {
    RecordedFleet replicated = RecordedFleet.of(2, 2, 8);
    RecordedFleet tied = RecordedFleet.of(2, 2, 8);
    for (String engine : List.of("e0", "e1")) {
      replicated.at(engine, 1).put(W1, replicated.at(engine, 0).get(W1));
      tied.at(engine, 1).put(W1, tied.at(engine, 1).get(W3));
    }
    replicated.at("e0", 1).put(W1, content("flipped"));
    tied.at("e0", 1).put(W1, content("flipped"));

    assertThat(words(replicated.verdict().findings())).containsExactly("UNDECIDED - 1 w1");
    assertThat(replicated.verdict().findings().get(0).detail())
        .endsWith("; what e1 holds is also what rank 0 should hold");
    assertThat(words(tied.verdict().findings())).containsExactly("UNDECIDED - 1 w1");
    assertThat(tied.verdict().findings().get(0).detail())
        .endsWith("; what e1 holds is also what w3 should hold");
  }

  @Test
  void namesTheTensorWhoseBytesAnotherHolds() {
    RecordedFleet fleet = RecordedFleet.of(3, 2, 8);
    fleet.at("e2", 1).put(W1, fleet.at("e0", 1).get(W3));
    fleet.at("e2", 1).put(W2, fleet.at("e0", 0).get(W3));

    assertThat(words(fleet.verdict().findings()))
        .containsExactly("SWAPPED_TENSORS e2 1 w1", "SWAPPED_TENSORS e2 1 w2");
    assertThat(fleet.verdict().findings())
        .extracting(Finding::detail)
        .containsExactly(
            "the tensor holds the bytes of w3", "the tensor holds the bytes of w3 of rank 0");
  }

  @Test
  void doesNotTakeBytesForThoseOfATensorThatManyTensorsHave() {
    RecordedFleet fleet = RecordedFleet.of(3, 1, 8);
    for (String engine : fleet.engines()) {
      for (int tensor = 3; tensor < 6; tensor++) {
        fleet.at(engine, 0).put(new TensorName("target", "w" + tensor), content("ones"));
      }
    }
    fleet.at("e1", 0).put(W1, content("ones"));

    assertThat(words(fleet.verdict().findings())).containsExactly("DAMAGED e1 0 w1");
  }

  @Test
  void saysThatARankHasNoTensorsAndTakesItForNoVote() {
    RecordedFleet one = RecordedFleet.of(3, 2, 8);
    one.at("e2", 1).clear();
    RecordedFleet most = RecordedFleet.of(3, 2, 8);
    most.at("e1", 1).clear();
    most.at("e2", 1).clear();

    assertThat(words(one.verdict().findings())).containsExactly("MISSING_TENSOR e2 1 -");
    assertThat(one.verdict().findings().get(0).detail())
        .isEqualTo(
            "rank 1 has no tensors at all: its files hold none, where other copies hold 8 tensors");
    assertThat(words(most.verdict().findings()))
        .containsExactly("MISSING_TENSOR e1 1 -", "MISSING_TENSOR e2 1 -", "UNVERIFIED e0 1 -");
  }

  @Test
  void saysThatNoCopyOfARankHasATensor() {
    RecordedFleet fleet = RecordedFleet.of(3, 2, 8);
    fleet.engines().forEach(engine -> fleet.at(engine, 1).clear());

    assertThat(words(fleet.verdict().findings()))
        .containsExactly("UNVERIFIED e0 1 -", "UNVERIFIED e1 1 -", "UNVERIFIED e2 1 -");
    assertThat(fleet.verdict().findings().get(0).detail())
        .isEqualTo(
            "no tensor of rank 1 was hashed, in this or any other copy: nothing was compared");
  }

  @Test
  void saysOnceThatAnEngineHoldsOtherWeights() {
    RecordedFleet fleet = RecordedFleet.of(3, 2, 8);
    for (int rank = 0; rank < 2; rank++) {
      replaceAll(fleet, "e1", rank, 8);
    }

    FleetVerdict verdict = fleet.verdict();

    assertThat(words(verdict.findings())).containsExactly("OTHER_WEIGHTS e1 - -");
    assertThat(verdict.findings().get(0).detail())
        .isEqualTo(
            "the engine holds other weights: all 16 tensors of ranks 0 and 1 differ throughout from"
                + " the majority (2 of 3 copies agree); probably another model, revision or training state");
    assertThat(verdict.suspects()).hasSize(10);
  }

  private static void replaceAll(RecordedFleet fleet, String engine, int rank, int tensors) {
    for (int tensor = 0; tensor < tensors; tensor++) {
      fleet.replace(
          engine, rank, RecordedFleet.name(tensor, tensors), "other " + rank + " " + tensor);
    }
  }

  @Test
  void tellsOtherWeightsFromABitThatIsFlippedBesides() {
    RecordedFleet fleet = RecordedFleet.of(3, 2, 20);
    replaceAll(fleet, "e1", 1, 20);
    fleet.at("e1", 1).put(W1, content("flipped"));

    assertThat(words(fleet.verdict().findings()))
        .containsExactly("OTHER_WEIGHTS e1 1 -", "DAMAGED e1 1 w1");
  }

  @Test
  void findsOtherWeightsInOneFileOrOneLayer() {
    RecordedFleet fleet = RecordedFleet.of(3, 1, 40);
    for (String engine : fleet.engines()) {
      for (int tensor = 0; tensor < 4; tensor++) {
        fleet.at(engine, 0).put(part(tensor), content("part " + tensor));
        fleet.at(engine, 0).put(layer(tensor), content("layer " + tensor));
      }
    }
    for (int tensor = 0; tensor < 4; tensor++) {
      fleet.replace("e1", 0, part(tensor), "other part " + tensor);
      fleet.replace("e2", 0, layer(tensor), "other layer " + tensor);
    }

    assertThat(words(fleet.verdict().findings()))
        .containsExactly("OTHER_WEIGHTS e1 0 -", "OTHER_WEIGHTS e2 0 -");
    assertThat(fleet.verdict().findings().get(0).detail())
        .startsWith("rank 0 holds other weights in part: 4 of 48 tensors differ throughout from")
        .endsWith(": part1.w0, part1.w1, part1.w2 and part1.w3");
  }

  private static TensorName part(int tensor) {
    return new TensorName("target", "part1.w" + tensor);
  }

  private static TensorName layer(int tensor) {
    return new TensorName("target", "layers.7.w" + tensor);
  }

  @Test
  void callsFourTensorsThatAreNeitherFileNorLayerDamaged() {
    RecordedFleet fleet = RecordedFleet.of(3, 1, 40);
    for (int tensor = 0; tensor < 4; tensor++) {
      fleet.replace("e1", 0, RecordedFleet.name(tensor, 40), "other " + tensor);
    }

    assertThat(words(fleet.verdict().findings())).containsExactly("DAMAGED e1 0 -");
  }

  @Test
  void listsNamesInOrderOfLayer() {
    Map<String, Integer> names = new TreeMap<>(NaturalOrder.OF_NAMES);
    for (String name :
        List.of("layers.10.w", "layers.2.w", "layers.2", "layers.02.w", "a", "b10")) {
      names.put(name, 0);
    }

    assertThat(names.keySet())
        .containsExactly("a", "b10", "layers.2", "layers.02.w", "layers.2.w", "layers.10.w");
    assertThat(new TensorName("target", "x.9").compareTo(new TensorName("draft", "x.1")))
        .isNegative();
  }
}
