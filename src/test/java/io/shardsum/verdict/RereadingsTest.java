package io.shardsum.verdict;

import static io.shardsum.verdict.PlantedFault.words;
import static io.shardsum.verdict.RecordedFleet.content;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.checksum.SglangChecksum;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What second readings change in a verdict. */
class RereadingsTest {

  private static final TensorName W1 = new TensorName("target", "w1");
  private static final ReadBy FIRST = new ReadBy("west", "1", Optional.of("0"));
  private static final ReadBy SECOND = new ReadBy("east", "2", Optional.empty());

  /** Looks that find the copies of some engines right, and all others as they were. */
  private static Map<SuspectTensor, SecondLook> looks(
      List<SuspectTensor> suspects, Set<String> right) {
    Map<SuspectTensor, SecondLook> looks = new HashMap<>();
    for (SuspectTensor suspect : suspects) {
      boolean now = right.contains(suspect.holder().engine());
      looks.put(
          suspect,
          new SecondLook.Compared(
              now ? suspect.otherHeld() : suspect.held(),
              suspect.otherHeld(),
              FIRST,
              FIRST,
              SECOND,
              Optional.empty(),
              "/w/f",
              1));
    }
    return looks;
  }

  private static List<Finding> findings(RecordedFleet fleet, Set<String> right) {
    Rereadings rereadings = new Rereadings();
    FleetVerdict verdict = fleet.verdict();
    while (!rereadings.open(verdict.suspects()).isEmpty()) {
      boolean changed = rereadings.take(looks(rereadings.open(verdict.suspects()), right));
      verdict = changed ? rereadings.judge(List.of(fleet.group()), fleet) : verdict;
    }
    return all(rereadings, verdict);
  }

  private static List<Finding> all(Rereadings rereadings, FleetVerdict verdict) {
    return Stream.concat(
            rereadings.findings(verdict).stream(), rereadings.transientReads().stream())
        .toList();
  }

  @Test
  void keepsWhatRepeats() {
    RecordedFleet fleet = RecordedFleet.of(3, 2, 8);
    fleet.at("e1", 1).put(W1, content("x"));

    List<Finding> findings = findings(fleet, Set.of());

    assertThat(words(findings)).containsExactly("DAMAGED e1 1 w1");
    assertThat(findings.get(0).readBy()).contains(FIRST);
  }

  @Test
  void namesWhatReadItFirst() {
    RecordedFleet fleet = RecordedFleet.of(3, 2, 8);
    fleet.at("e1", 1).put(W1, content("x"));

    List<Finding> findings = findings(fleet, Set.of("e1"));

    assertThat(words(findings)).containsExactly("TRANSIENT_READ e1 1 w1");
    assertThat(findings.get(0).readBy()).contains(FIRST);
    assertThat(findings.get(0).detail())
        .isEqualTo(
            "Two readings of this file differ: 1 of 2 readings gave wrong bytes, by executor 1 of host"
                + " west, GPU 0. The right bytes were read by executor 2 of host east; the file is not"
                + " blamed; the rank has no checksum: scan it again");
  }

  /** Both were read wrong in the same way, and are one camp; only one is right when read again. */
  @Test
  void tellsApartCopiesThatWereReadTheSame() {
    RecordedFleet fleet = RecordedFleet.of(5, 2, 8);
    fleet.at("e1", 1).put(W1, content("x"));
    fleet.at("e2", 1).put(W1, content("x"));

    assertThat(words(findings(fleet, Set.of("e1"))))
        .containsExactly("DAMAGED e2 1 w1", "TRANSIENT_READ e1 1 w1");
    assertThat(words(findings(fleet, Set.of("e2"))))
        .containsExactly("DAMAGED e1 1 w1", "TRANSIENT_READ e2 1 w1");
  }

  @Test
  void sumsUpManyTensorsOfARank() {
    RecordedFleet fleet = RecordedFleet.of(3, 1, 40);
    for (int tensor = 0; tensor < 17; tensor++) {
      fleet.at("e1", 0).put(RecordedFleet.name(tensor, 40), content("x" + tensor));
    }

    List<Finding> findings = findings(fleet, Set.of("e1"));

    assertThat(words(findings)).containsExactly("TRANSIENT_READ e1 0 -");
    assertThat(findings.get(0).detail())
        .startsWith(
            "Two readings of these files differ in 17 tensors: executor 1 of host west, GPU 0 read"
                + " wrong bytes; the files are not blamed: w0, w1, w2,")
        .contains(" and 7 more; the rank has");
    assertThat(findings.get(0).readBy()).contains(FIRST);
  }

  @Test
  void keepsAReferenceThatIsRightByDeclaration() {
    RecordedFleet fleet = RecordedFleet.of(3, 1, 8);
    fleet.at("e0", 0).put(W1, content("x"));
    fleet.at("e1", 0).put(W1, content("x"));
    fleet.trust("e2");

    assertThat(words(findings(fleet, Set.of("e0"))))
        .containsExactly("DAMAGED e1 0 w1", "TRANSIENT_READ e0 0 w1");
  }

  @Test
  void takesTheReadingThatCameMostOftenAndOfThoseTheLast() {
    HeldTensor a = held("a");
    HeldTensor b = held("b");
    HeldTensor c = held("c");
    Readings readings = new Readings(new Readings.Reading(a, FIRST));
    assertThat(readings.settled()).isEqualTo(a);
    assertThat(readings.neverRepeats()).isFalse();

    readings.add(new Readings.Reading(b, SECOND));
    assertThat(readings.settled()).isEqualTo(b);
    assertThat(readings.neverRepeats()).isTrue();

    readings.add(new Readings.Reading(c, SECOND));
    assertThat(readings.settled()).isEqualTo(c);

    readings.add(new Readings.Reading(a, SECOND));
    assertThat(readings.settled()).isEqualTo(a);
    assertThat(readings.wrong()).extracting(Readings.Reading::held).containsExactly(b, c);
    assertThat(readings.right().orElseThrow().by()).isEqualTo(SECOND);
  }

  /**
   * Of a file that is being changed the same wrong bytes may come twice, and then the right ones.
   */
  @Test
  void doesNotBlameAFileThatGaveTheRightBytesOnce() {
    RecordedFleet fleet = RecordedFleet.of(3, 2, 8);
    fleet.at("e1", 1).put(W1, content("x"));
    Rereadings rereadings = new Rereadings();
    FleetVerdict verdict = fleet.verdict();

    assertThat(rereadings.take(looks(verdict.suspects(), Set.of()))).isFalse();
    assertThat(rereadings.open(verdict.suspects())).isEqualTo(verdict.suspects());
    assertThat(rereadings.take(looks(verdict.suspects(), Set.of()))).isFalse();
    assertThat(rereadings.take(looks(verdict.suspects(), Set.of("e1")))).isTrue();
    FleetVerdict now = rereadings.judge(List.of(fleet.group()), fleet);

    assertThat(now.suspects()).isEmpty();
    List<Finding> findings = all(rereadings, now);
    assertThat(words(findings)).containsExactly("TRANSIENT_READ e1 1 w1");
    assertThat(findings.get(0).detail())
        .startsWith("Two readings of this file differ: 3 of 4 readings gave wrong bytes");
  }

  @Test
  void makesTheChecksumOfASecondReadingFromItsChunks() {
    HeldTensor first = new HeldTensor(content("1"), List.of(1L, 2L, 3L));
    HeldTensor other = new HeldTensor(content("2"), List.of(1L, 5L, 6L));

    assertThat(first.readAgain(other, Map.of(1, 2L, 2, 3L), Optional.empty())).isEqualTo(first);
    assertThat(first.readAgain(other, Map.of(1, 5L, 2, 6L), Optional.empty())).isEqualTo(other);
    HeldTensor third = first.readAgain(other, Map.of(1, -7L), Optional.empty());
    assertThat(third.chunkSums()).containsExactly(1L, -7L, 3L);
    assertThat(third.content().digests())
        .isEqualTo(new Digests(Optional.of(SglangChecksum.finish(-3)), Optional.empty()));
  }

  private static HeldTensor held(String bytes) {
    return new HeldTensor(content(bytes), List.of());
  }
}
