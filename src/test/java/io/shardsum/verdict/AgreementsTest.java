package io.shardsum.verdict;

import static io.shardsum.verdict.RecordedFleet.content;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.verdict.Agreement.Outcome;
import io.shardsum.verdict.Agreement.WithReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who agrees with whom says what the findings say. */
class AgreementsTest {

  private static final TensorName W1 = new TensorName("target", "w1");

  @Test
  void sameBytesOfAnotherShapeDoNotAgree() {
    RecordedFleet fleet = RecordedFleet.of(3, 1, 4);
    Content held = fleet.at("e0", 0).get(W1);
    fleet.at("e0", 0).put(W1, new Content(held.dtype(), "[8, 4]", held.digests()));

    Map<String, Agreement> agreements = agreements(fleet);

    assertThat(agreements.get("e0").equal()).isEmpty();
    assertThat(agreements.get("e0").copies()).containsExactly("e1", "e2");
    assertThat(agreements.get("e1").equal()).containsExactly("e2");
  }

  @Test
  void anEngineAgreesOnlyIfAllOfItsRanksDo() {
    RecordedFleet fleet = RecordedFleet.of(3, 2, 4);
    fleet.at("e1", 1).put(W1, content("x"));

    assertThat(agreements(fleet).get("e0").equal()).containsExactly("e2");
    assertThat(agreements(fleet).get("e1").equal()).isEmpty();
  }

  @Test
  void enginesThatReadTheSameStorageAreOneCopyAndAnIncompleteOneIsNone() {
    RecordedFleet fleet = RecordedFleet.of(4, 1, 4);
    fleet.shareStorage("e1", "e0");
    fleet.loseRank("e3", 0);

    Map<String, Agreement> agreements = agreements(fleet);

    assertThat(agreements.get("e0").sameStorage()).containsExactly("e1");
    assertThat(agreements.get("e0").equal()).containsExactly("e2");
    assertThat(agreements.get("e2").equal()).containsExactly("e0", "e1");
    assertThat(agreements.get("e2").copies()).containsExactly("e0");
    assertThat(agreements.get("e3").equal()).isEmpty();
    assertThat(agreements.get("e3").copies()).isEmpty();
  }

  @Test
  void saysHowMuchWasComparedWithAReference() {
    RecordedFleet whole = RecordedFleet.of(3, 2, 4);
    whole.trust("e0");
    whole.at("e2", 1).put(W1, content("x"));

    assertThat(reference(whole, "e0")).contains(new WithReference(Outcome.IS_REFERENCE, 8, 8));
    assertThat(reference(whole, "e1")).contains(new WithReference(Outcome.EQUAL, 8, 8));
    assertThat(reference(whole, "e2")).contains(new WithReference(Outcome.DIFFERENT, 8, 8));
  }

  @Test
  void nothingAgreesWithAReferenceThatIsNotThere() {
    RecordedFleet part = RecordedFleet.of(3, 2, 4);
    part.trust("e0", 1);
    part.loseRank("e0", 0);
    RecordedFleet none = RecordedFleet.of(3, 2, 4);
    none.trust("e0", 2);
    none.loseRank("e0", 0);
    none.loseRank("e0", 1);
    none.at("e2", 1).put(W1, content("x"));

    assertThat(reference(part, "e1")).contains(new WithReference(Outcome.EQUAL, 4, 8));
    assertThat(reference(none, "e1")).contains(new WithReference(Outcome.EQUAL, 0, 8));
    assertThat(reference(none, "e2")).contains(new WithReference(Outcome.EQUAL, 0, 8));
    assertThat(agreements(none).get("e1").equal()).isEmpty();
    assertThat(none.verdict().findings())
        .filteredOn(finding -> finding.is(FindingKind.REFERENCE))
        .extracting(Finding::detail)
        .containsExactly(
            "engine e0 is the declared reference of acme/chat@2 tp, but nothing could be compared"
                + " with it");
  }

  private static Optional<WithReference> reference(RecordedFleet fleet, String engine) {
    return agreements(fleet).get(engine).reference();
  }

  private static Map<String, Agreement> agreements(RecordedFleet fleet) {
    return Agreements.of(List.of(fleet.group()), List.of(fleet.verdict()));
  }
}
