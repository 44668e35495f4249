package io.shardsum.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A month, night by night: {@link ThirtyNights} says what happens in it. */
@ExtendWith(LocalSpark.class)
class HistoryTest {

  private static final Optional<String> FLEET = Optional.of(ThirtyNights.FLEET);

  @TempDir static Path out;
  @TempDir Path place;

  private static SparkSession spark;
  private static History history;
  private static FleetHistory month;

  @BeforeAll
  static void month(SparkSession session) {
    spark = session;
    ThirtyNights.tables().write(spark, out);
    history = new History(spark, out.toString(), ThirtyNights.AFTER);
    month = one(FLEET, new ScanRange.Last(100));
  }

  private static FleetHistory one(Optional<String> fleet, ScanRange range) {
    List<FleetHistory> fleets = history.histories(fleet, range);
    assertThat(fleets).hasSize(1);
    return fleets.get(0);
  }

  @Test
  void tellsWhatEachEngineDidEachNight() {
    assertThat(engineNights(month))
        .isEqualTo(
            """
            n01 a:APPEARED; b:APPEARED; c:APPEARED; d:APPEARED;
            n02
            n03
            n04
            n05 a:UPDATED changed [0, 1], 2 tensors of 2000 bytes; b:UPDATED changed [0, 1], 2 tensors of 2000 bytes; c:UPDATED changed [0, 1], 2 tensors of 2000 bytes;
            n06
            n07
            n08 a:UPDATED changed [0, 1], 2 tensors of 2000 bytes; b:UPDATED changed [0, 1], 2 tensors of 2000 bytes; c:DRIFTED [1] changed [0], 1 tensors of 1000 bytes, off [1] since n08;
            n09 c:UNCHANGED, off [1] since n08;
            n10 c:UPDATED changed [1], 1 tensors of 1000 bytes;
            n11
            n13 b:DRIFTED [1] changed [1], 1 tensors of 1000 bytes, off [1] since n13;
            n14 b:UNCHANGED, off [1] since n13; d:DISAPPEARED;
            n15 b:UNCHANGED, off [1] since n13;
            n16 b:RESTORED changed [1], 1 tensors of 1000 bytes;
            n17 a:NOT_SCANNED;
            n18
            n19
            n20 b:DRIFTED [1] changed [1], 1 tensors of 1000 bytes, off [1] since n20;
            n21 b:RESTORED changed [1], 1 tensors of 1000 bytes; d:APPEARED;
            n22
            n22-again b:NOT_SCANNED; c:NOT_SCANNED; d:NOT_SCANNED;
            n23
            n24 a:NOT_COMPARABLE; b:NOT_COMPARABLE; c:NOT_COMPARABLE; d:NOT_COMPARABLE;
            n25
            n26 d:DRIFTED [0, 1] changed [0, 1], 2 tensors of 2000 bytes, off [0, 1] since n26;
            n27 d:UNCHANGED, off [0, 1] since n26;
            n28
            n29 a:UPDATED changed [0, 1], 2 tensors of 2000 bytes; b:UPDATED changed [0, 1], 2 tensors of 2000 bytes; c:UPDATED changed [0, 1], 2 tensors of 2000 bytes;
            n30
            """);
    assertThat(month.daysWithoutScan()).containsExactly(LocalDate.of(2026, 11, 12));
    assertThat(month.isDrifting()).isTrue();
    assertThat(month.standingDrift()).isEmpty();
  }

  @Test
  void newestScansOfARangeAreARange() {
    for (int scans : new int[] {1, 10, 100}) {
      assertThat(month.newest(scans)).isEqualTo(one(FLEET, new ScanRange.Last(scans)));
    }
  }

  /** All but what is unchanged and in order. */
  static String engineNights(FleetHistory history) {
    Map<String, String> nights = new TreeMap<>();
    history.scans().forEach(scan -> nights.put(scan.scanId(), ""));
    for (EngineHistory engine : history.engines()) {
      for (EngineStep step : engine.steps()) {
        if (step.state() != EngineState.UNCHANGED || step.drift().isPresent()) {
          nights.merge(step.scan().scanId(), " " + words(step), String::concat);
        }
      }
    }
    return lines(nights);
  }

  private static String words(EngineStep step) {
    return step.engine()
        + ":"
        + step.state()
        + (step.driftedRanks().isEmpty() ? "" : " " + step.driftedRanks())
        + (step.changedRanks().isEmpty() ? "" : " changed " + step.changedRanks())
        + step.tensors()
            .map(t -> ", " + t.tensors() + " tensors of " + t.bytes() + " bytes")
            .orElse("")
        + step.drift()
            .map(drift -> ", off %s since %s".formatted(drift.ranks(), drift.since().scanId()))
            .orElse("")
        + ";";
  }

  private static String lines(Map<String, String> nights) {
    return nights.entrySet().stream()
        .map(night -> night.getKey() + night.getValue() + "\n")
        .collect(Collectors.joining());
  }

  @Test
  void tellsWhatBecameOfEachFindingEachNight() {
    assertThat(findingNights(month, "a", "b", "c"))
        .isEqualTo(
            """
            n08 c:PARTIAL_UPDATE NEW;
            n09 c:PARTIAL_UPDATE STILL_THERE;
            n10 c:PARTIAL_UPDATE GONE;
            n13 b:DAMAGED NEW;
            n14 b:DAMAGED STILL_THERE;
            n15 b:DAMAGED STILL_THERE;
            n16 b:DAMAGED GONE;
            n17 a:MISSING_RANK NEW;
            n18 a:MISSING_RANK GONE;
            n20 b:DAMAGED CAME_BACK;
            n21 b:DAMAGED GONE;
            """);
    assertThat(findingNights(month, "d").replace("d:UNVERIFIED ", "").replace(";\n", "; "))
        .isEqualTo(
            "n01 NEW; n02 STILL_THERE; n03 STILL_THERE; n04 STILL_THERE; n05 STILL_THERE;"
                + " n06 STILL_THERE; n07 STILL_THERE; n08 STILL_THERE; n09 STILL_THERE;"
                + " n10 STILL_THERE; n11 STILL_THERE; n13 STILL_THERE; n14 GONE; n21 CAME_BACK;"
                + " n22 STILL_THERE; n22-again NOT_CHECKED; n23 STILL_THERE; n24 STILL_THERE;"
                + " n25 STILL_THERE; n26 STILL_THERE; n27 STILL_THERE; n28 STILL_THERE;"
                + " n29 STILL_THERE; n30 STILL_THERE; ");
  }

  static String findingNights(FleetHistory history, String... engines) {
    Map<String, String> nights = new TreeMap<>();
    for (FindingHistory fault : history.findings()) {
      String engine = fault.finding().engine().orElse("fleet");
      if (List.of(engines).contains(engine)) {
        fault
            .steps()
            .forEach(
                step ->
                    nights.merge(
                        step.scan().scanId(),
                        " %s:%s %s;".formatted(engine, fault.finding().kind(), step.state()),
                        String::concat));
      }
    }
    return lines(nights);
  }

  @Test
  void knowsSinceWhenAndUntilWhen() {
    EngineStep flipped = step(month, "b", "n15");
    assertThat(flipped.firstSeen().scanId()).isEqualTo("n01");
    assertThat(flipped.lastRight().orElseThrow().scanId()).isEqualTo("n11");
    assertThat(flipped.drift().orElseThrow().since().startedAt())
        .isEqualTo(Instant.parse("2026-11-13T02:00:00Z"));
    assertThat(step(month, "a", "n17").lastRight().orElseThrow().scanId()).isEqualTo("n16");
    assertThat(step(month, "a", "n18").comparedWith().orElseThrow().scanId()).isEqualTo("n17");
    assertThat(step(month, "d", "n21").comparedWith().orElseThrow().scanId()).isEqualTo("n13");
    assertThat(step(month, "a", "n25").comparedWith().orElseThrow().scanId()).isEqualTo("n23");

    FindingHistory damage =
        month.findings().stream()
            .filter(fault -> fault.finding().kind().equals("DAMAGED"))
            .findFirst()
            .orElseThrow();
    assertThat(damage.firstSeen().scanId()).isEqualTo("n13");
    assertThat(damage.lastSeen().scanId()).isEqualTo("n20");
    assertThat(damage.timesSeen()).isEqualTo(4);
    assertThat(damage.finding().detail()).isEqualTo("1 tensor has other bytes, as seen on day 20");
  }

  private static EngineStep step(FleetHistory history, String engine, String scanId) {
    return history.engines().stream()
        .filter(of -> of.engine().equals(engine))
        .flatMap(of -> of.steps().stream())
        .filter(step -> step.scan().scanId().equals(scanId))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void saysTheSameOfANightInEveryRange() {
    FleetHistory days =
        one(FLEET, new ScanRange.Between(Optional.of(day(14)), Optional.of(day(20))));

    assertThat(days.scans()).extracting(PastScan::scanId).startsWith("n14").endsWith("n20");
    for (EngineHistory engine : days.engines()) {
      for (EngineStep step : engine.steps()) {
        assertThat(step).isEqualTo(step(month, step.engine(), step.scan().scanId()));
      }
    }
    assertThat(findingNights(days, "a", "b", "c", "d"))
        .isEqualTo(
            """
            n14 b:DAMAGED STILL_THERE; d:UNVERIFIED GONE;
            n15 b:DAMAGED STILL_THERE;
            n16 b:DAMAGED GONE;
            n17 a:MISSING_RANK NEW;
            n18 a:MISSING_RANK GONE;
            n20 b:DAMAGED CAME_BACK;
            """);
    assertThat(days.ranks())
        .extracting(r -> r.engine() + " " + r.rank() + " " + r.state() + " " + r.change())
        .containsExactly(
            "a 0 VERIFIED UNCHANGED",
            "a 1 VERIFIED UNCHANGED",
            "b 0 VERIFIED UNCHANGED",
            "b 1 DIFFERENT DRIFTED",
            "c 0 VERIFIED UNCHANGED",
            "c 1 VERIFIED UNCHANGED");
  }

  @Test
  void saysWhichEnginesTheNewestScanDidNotLookAt() {
    FleetHistory day =
        one(FLEET, new ScanRange.Between(Optional.of(day(22)), Optional.of(day(22))));

    assertThat(day.last().scanId()).isEqualTo("n22-again");
    assertThat(day.notLookedAt())
        .extracting(step -> step.engine() + " " + step.comparedWith().orElseThrow().scanId())
        .containsExactly("b n22", "c n22", "d n22");
    assertThat(day.openWarnings()).hasSize(1);
    assertThat(day.openErrors()).isEmpty();
  }

  private static LocalDate day(int day) {
    return LocalDate.of(2026, 11, day);
  }

  @Test
  void comparesTwoScansWithEachOtherAlone() {
    FleetHistory pair = one(Optional.empty(), pair("n11", "n15"));

    assertThat(engineNights(pair))
        .isEqualTo(
            "n15 b:DRIFTED [1] changed [1], 1 tensors of 1000 bytes, off [1] since n15; d:DISAPPEARED;\n");
    assertThat(findingNights(pair, "b", "d")).isEqualTo("n15 b:DAMAGED NEW; d:UNVERIFIED GONE;\n");
  }

  private static ScanRange pair(String earlier, String later) {
    return new ScanRange.Pair(new ScanId(earlier), new ScanId(later));
  }

  @Test
  void keepsFleetsApart() {
    List<FleetHistory> fleets = history.histories(Optional.empty(), new ScanRange.Last(2));

    assertThat(fleets).extracting(FleetHistory::fleet).containsExactly("lab", "prod");
    assertThat(engineNights(fleets.get(0)))
        .isEqualTo(
            """
            lab-n20 a:DRIFTED [0, 1] changed [0, 1], 2 tensors of 2000 bytes;
            lab-n30 a:DRIFTED [0, 1] changed [0, 1], 2 tensors of 2000 bytes;
            """);
  }

  @Test
  void refusesWhatIsNotThere() {
    assertRefused("No scan of fleet x in these tables: they have lab, prod", "x", pair("a", "b"));
    assertRefused("No finished scan n30-crashed in these tables", null, pair("n30-crashed", "n30"));
    assertRefused(
        "No finished scan n01 of fleet lab in these tables", "lab", pair("n01", "lab-n10"));
    assertRefused(
        "Cannot compare scan n05 with scan n04: expected the earlier scan first",
        null,
        pair("n05", "n04"));
    assertRefused(
        "Cannot compare scan n05 of fleet prod with scan lab-n10 of fleet lab: expected two scans of one fleet",
        null,
        pair("n05", "lab-n10"));
    assertRefused(
        "No scan of fleet prod from 2026-12-01: these tables have scans from 2026-11-01 to 2026-11-30",
        "prod",
        new ScanRange.Between(Optional.of(LocalDate.of(2026, 12, 1)), Optional.empty()));
    assertRefused(
        "No scan from 2026-11-12 to 2026-11-12: these tables have scans from 2026-11-01 to 2026-11-30",
        null,
        new ScanRange.Between(Optional.of(day(12)), Optional.of(day(12))));
  }

  private static void assertRefused(String message, String fleet, ScanRange range) {
    assertThatThrownBy(() -> history.histories(Optional.ofNullable(fleet), range))
        .isInstanceOf(HistoryException.class)
        .hasMessage(message);
  }

  @Test
  void refusesTablesWithoutAScanAndThoseOfANewerVersion() {
    Path empty = place.resolve("empty");
    assertThatThrownBy(
            () ->
                new History(spark, empty.toString())
                    .histories(Optional.empty(), new ScanRange.Last(1)))
        .isInstanceOf(HistoryException.class)
        .hasMessage(
            "No finished scan in %s: expected tables that jobs/fleet-scan has written", empty);

    Path newer = place.resolve("newer");
    List<Engine> engines = List.of(Engine.of("a", "acme/chat", "1", "w"));
    new Nights()
        .scan("now", "now", Landed.STARTED_AT, engines)
        .ofSchemaVersion(ScanTable.SCHEMA_VERSION + 1)
        .scan("then", "then", Landed.STARTED_AT, engines)
        .write(spark, newer);
    History tables = new History(spark, newer.toString());
    assertThat(tables.histories(Optional.of("now"), new ScanRange.Last(1))).hasSize(1);
    assertThatThrownBy(() -> tables.histories(Optional.empty(), new ScanRange.Last(1)))
        .isInstanceOf(HistoryException.class)
        .hasMessage(
            "Cannot read scan then in %s: expected schema version %s at most, found %s: a newer Shardsum has written it",
            newer, ScanTable.SCHEMA_VERSION, ScanTable.SCHEMA_VERSION + 1);
  }

  @Test
  void readsWhatAScanLands() throws IOException {
    SmallFleet fleet = SmallFleet.of(place.resolve("fleet"), 1, 1).engine("a");
    Path tables = place.resolve("landed");
    Landed.of(spark, fleet.inventory(), tables);
    FleetHistory read =
        new History(spark, tables.toString())
            .histories(Optional.empty(), new ScanRange.Last(1))
            .get(0);
    assertThat(engineNights(read)).isEqualTo("test a:APPEARED;\n");
    assertThat(findingNights(read, "a")).isEqualTo("test a:UNVERIFIED NEW;\n");
  }
}
