package io.shardsum.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.history.RetainedScan.Fate;
import io.shardsum.history.RetentionRules.Months;
import io.shardsum.tables.GatheredScans;
import io.shardsum.tables.Leftover;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.Scope;
import io.shardsum.tables.StoredScans;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import io.shardsum.verdict.TensorName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sixteen nights of a fleet from the 20th of October 2026 on, n01 to n16: w, x and y, three copies
 * of a model of two ranks, and z, the only engine of another.
 *
 * <pre>
 * n04        w, x and y get revision 2
 * n07        a bit of y, rank 1 is flipped, and stays so
 * n10        one of w is, for one night
 * n14-again  a second scan, of engine z alone
 * </pre>
 *
 * <p>A scan of the third night did not end, one of the last has not ended yet. Another fleet, lab,
 * has a lone engine of other weights every fourth night.
 */
@ExtendWith(LocalSpark.class)
class RetentionTest {

  private static final Instant FIRST = Instant.parse("2026-10-20T02:00:00Z");
  private static final Instant NOW = FIRST.plus(Duration.ofDays(15)).plusSeconds(3_600);

  @TempDir static Path written;
  private static SparkSession spark;

  /** Of the tables as they were written, for one day. */
  private static RetentionPlan planned;

  private static Map<String, Long> beforeThePlan;

  @TempDir Path copy;
  private Path out;

  @BeforeAll
  static void tables(SparkSession session) throws IOException {
    spark = session;
    Nights nights = new Nights();
    for (int night = 1; night <= 16; night++) {
      nights.scan("prod", id(night), at(night), engines(night), findings(night));
      if (night == 14) {
        nights.scan(
            "prod",
            "n14-again",
            at(night).plusSeconds(60),
            Scope.CHOSEN,
            List.of(engines(night).get(3)),
            findings(1));
      }
      if (night % 4 == 0) {
        String word = "lab" + night;
        nights.scan("lab", word, at(night), List.of(Engine.of("a", "acme/tiny", "1", word, word)));
      }
    }
    nights.unfinished("crashed", at(3), engines(3)).unfinished("running", at(16), engines(16));
    nights.write(spark, written);
    age(written);
    beforeThePlan = files(written);
    planned = plan(written, rules(1));
  }

  private static String id(int night) {
    return night < 10 ? "n0" + night : "n" + night;
  }

  private static Instant at(int night) {
    return FIRST.plus(Duration.ofDays(night - 1));
  }

  private static List<Engine> engines(int night) {
    String revision = night < 4 ? "1" : "2";
    String word = "v" + revision;
    return List.of(
        Engine.of("w", "acme/chat", revision, word, night == 10 ? "bad" : word),
        Engine.of("x", "acme/chat", revision, word, word),
        Engine.of("y", "acme/chat", revision, word, night >= 7 ? "flipped" : word),
        Engine.of("z", "acme/search", "1", "s", "s"));
  }

  private static Finding[] findings(int night) {
    Stream<Finding> alone =
        Stream.of(
            Finding.of(
                FindingKind.UNVERIFIED,
                Subject.engine("z"),
                Comparison.of("another copy to compare with", "none"),
                Optional.empty(),
                "the only engine of its comparison group"));
    Stream<Finding> damage =
        Stream.of("w", "y")
            .filter(engine -> engine.equals("w") ? night == 10 : night >= 7)
            .map(
                engine ->
                    Finding.of(
                        FindingKind.DAMAGED,
                        Subject.tensor(engine, 1, new TensorName("target", "layers.1.weight")),
                        Comparison.of("v2", "flipped"),
                        Optional.empty(),
                        "1 tensor has other bytes"));
    return Stream.concat(alone, damage).toArray(Finding[]::new);
  }

  @BeforeEach
  void copyTables() throws IOException {
    out = copy.resolve("tables");
    try (Stream<Path> files = Files.walk(written)) {
      for (Path file : files.toList()) {
        Path to = out.resolve(written.relativize(file).toString());
        Files.copy(file, to);
      }
    }
    age(out);
  }

  /** All files were written long ago, but those of the scan that runs. */
  private static void age(Path tables) throws IOException {
    try (Stream<Path> files = Files.walk(tables)) {
      for (Path file : files.toList()) {
        boolean isOld = !file.toString().contains("scan_id=running");
        Files.setLastModifiedTime(file, FileTime.from(isOld ? at(3) : NOW));
      }
    }
  }

  private RetentionPlan plan(RetentionRules rules) {
    return plan(out, rules);
  }

  private static RetentionPlan plan(Path tables, RetentionRules rules) {
    return new Retention(spark, tables.toString(), stored(tables)).plan(Optional.empty(), rules);
  }

  private StoredScans stored() {
    return stored(out);
  }

  /** The plan for the copy: leftovers know where they lie. */
  private RetentionPlan plannedHere() {
    return new RetentionPlan(
        planned.scans(), stored().leftovers(rules(1).oldBefore(), GatheredScans.of(List.of())));
  }

  private List<String> carryOut(RetentionPlan plan) {
    return new Retention(spark, out.toString(), stored()).carryOut(plan, NOW);
  }

  private static StoredScans stored(Path tables) {
    return new StoredScans(tables.toString(), spark.sparkContext().hadoopConfiguration());
  }

  private static RetentionRules rules(int keepDays) {
    return new RetentionRules(NOW, keepDays, OptionalInt.empty(), Months.KEEP_NONE);
  }

  /** Of what stays though it is old, why. */
  private static Map<String, List<KeepReason>> kept(RetentionPlan plan) {
    return plan.scans().stream()
        .filter(scan -> scan.fate() == Fate.KEPT)
        .filter(scan -> !scan.reasons().contains(KeepReason.YOUNG))
        .collect(
            Collectors.toMap(
                scan -> scan.scan().scanId(), RetainedScan::reasons, (a, b) -> a, TreeMap::new));
  }

  private static List<String> of(RetentionPlan plan, Fate fate) {
    return plan.scans().stream()
        .filter(scan -> scan.fate() == fate)
        .map(scan -> scan.scan().scanId())
        .toList();
  }

  private static Map<String, Long> files(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().endsWith(".crc"))
          .collect(
              Collectors.toMap(
                  file -> directory.relativize(file).toString(),
                  file -> file.toFile().length(),
                  (a, b) -> a,
                  TreeMap::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void keepsWhatLaterScansAndOpenFindingsRelyOn() {
    assertThat(kept(planned))
        .isEqualTo(
            Map.of(
                "n03", List.of(KeepReason.EARLIER_CONTENT), // revision 1
                "n06", List.of(KeepReason.LAST_RIGHT, KeepReason.DRIFT), // of y
                "n07", List.of(KeepReason.FIRST_SEEN, KeepReason.DRIFT)));
    assertThat(of(planned, Fate.KEPT)).containsExactly("lab16", "n03", "n06", "n07", "n16");
    assertThat(of(planned, Fate.TENSORS_GO))
        .hasSize(17 + 4 - 5)
        .contains("n10", "n14-again", "lab4");
    assertThat(planned.leftovers())
        .extracting(Leftover::name)
        .containsExactly("scan_date=2026-10-22/scan_id=crashed");
  }

  @Test
  void keepsTheFirstScanOfEachMonthOfEachFleet() {
    RetentionPlan plan = plan(new RetentionRules(NOW, 1, OptionalInt.empty(), Months.KEEP_FIRST));

    assertThat(kept(plan))
        .containsOnlyKeys("lab4", "n01", "n03", "n06", "n07", "n13")
        .containsEntry("n13", List.of(KeepReason.FIRST_OF_MONTH)) // of the 1st of November
        .containsEntry("lab4", List.of(KeepReason.FIRST_OF_MONTH));
  }

  @Test
  void changesNothingBeforeItIsToldTo() {
    assertThat(files(written)).isEqualTo(beforeThePlan);
  }

  @Test
  void dropsTensorsOnlyAndSaysSoInTheirPlace() {
    Map<String, Long> before = files(out);

    assertThat(carryOut(plannedHere())).isEmpty();

    Map<String, Long> after = files(out);
    assertThat(before.keySet())
        .filteredOn(file -> !after.containsKey(file))
        .allSatisfy(file -> assertThat(file).matches("tensors/.*|.*/scan_id=crashed/.*"));
    assertThat(out.resolve("tensors/scan_date=2026-10-21/scan_id=n02/_dropped"))
        .hasContent("jobs/retention has deleted the rows of tensors of this scan");
    assertThat(after.keySet())
        .filteredOn(file -> file.matches("tensors/.*/scan_id=(n03|n16|running)/.*parquet"))
        .hasSize(3);
    assertThat(after.keySet()).noneMatch(file -> file.contains("crashed"));

    RetentionPlan second = plan(rules(1));
    assertThat(second.isEmpty()).isTrue();
    assertThat(of(second, Fate.HISTORY)).hasSize(16).contains("n02", "lab4");
    assertThat(second.droppedBytes()).isZero();
  }

  @Test
  void leavesTheHistoryAsItWas() {
    carryOut(plannedHere());

    List<FleetHistory> before = histories(written);
    List<FleetHistory> after = histories(out);
    assertThat(after)
        .extracting(FleetHistory::findings)
        .isEqualTo(before.stream().map(FleetHistory::findings).toList());
    assertThat(after)
        .extracting(FleetHistory::states)
        .isEqualTo(before.stream().map(FleetHistory::states).toList());
    assertThat(after.get(1).newDrift())
        .extracting(step -> step.scan().scanId() + " " + step.tensors().isPresent())
        .as("where both scans still have their tensors, what changed is known")
        .containsExactly("n10 false", "n07 true");
  }

  private static List<FleetHistory> histories(Path tables) {
    return new History(spark, tables.toString(), ThirtyNights.AFTER)
        .histories(Optional.empty(), new ScanRange.Last(100));
  }

  @Test
  void dropsAllRowsOfWhatIsOlderThanTheHistory() {
    RetentionRules rules = new RetentionRules(NOW, 1, OptionalInt.of(10), Months.KEEP_NONE);

    assertThat(carryOut(plannedHere())).isEmpty();
    RetentionPlan plan = plan(rules);
    assertThat(of(plan, Fate.ALL_GOES)).containsExactly("lab4", "n01", "n02", "n04", "n05");
    assertThat(carryOut(plan)).isEmpty();

    for (ScanTable table : ScanTable.values()) {
      assertThat(out.resolve(table.tableName() + "/scan_date=2026-10-21")).doesNotExist();
    }
    assertThat(out.resolve("scans/scan_date=2026-10-22/scan_id=n03")).isDirectory();
    assertThat(plan(rules).isEmpty()).isTrue();
  }

  @Test
  void endsWhatAnInterruptedRunBegan() throws IOException {
    // Of n02 the tensors were being dropped, of n03, which is wanted, too; of n01 the scan was
    // gone.
    Path rows = out.resolve("tensors/scan_date=2026-10-21/scan_id=n02");
    Files.createFile(rows.resolve("_dropped"));
    Files.createFile(out.resolve("tensors/scan_date=2026-10-22/scan_id=n03/_dropped"));
    try (Stream<Path> files = Files.list(out.resolve("scans/scan_date=2026-10-20/scan_id=n01"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }

    RetentionPlan plan = plan(rules(10));
    assertThat(of(plan, Fate.TENSORS_GO)).contains("n02", "n03");
    assertThat(plan.leftovers())
        .extracting(Leftover::name)
        .contains("scan_date=2026-10-20/scan_id=n01");
    assertThat(carryOut(plan)).isEmpty();

    assertThat(files(rows)).containsOnlyKeys("_dropped");
    assertThat(out.resolve("engines/scan_date=2026-10-20")).doesNotExist();
    assertThat(plan(rules(10)).leftovers()).isEmpty();
  }

  @Test
  void keepsABaselineOfAScanThatStays() {
    Nights nights = new Nights();
    List<Engine> engines = List.of(Engine.of("x", "acme/chat", "1", "v", "v"));
    for (int night = 1; night <= 3; night++) {
      nights.scan("prod", id(night), at(night), engines);
    }
    nights.ofSettings("{\"scope\":\"fleet\",\"baseline\":\"n02/x\"}");
    nights.scan("prod", "n16", at(16), engines).write(spark, copy.resolve("based"));
    out = copy.resolve("based");

    assertThat(kept(plan(rules(1)))).isEqualTo(Map.of("n02", List.of(KeepReason.BASELINE)));
  }

  @Test
  void keepsTheWholePastOfADriftThatNoCopyTells() {
    Finding alone =
        Finding.of(
            FindingKind.UNVERIFIED,
            Subject.engine("x"),
            Comparison.of("another copy to compare with", "none"),
            Optional.empty(),
            "the only engine of its comparison group");
    Nights nights = new Nights();
    for (int night : new int[] {1, 2, 3, 16}) {
      String word = night < 3 ? "right" : "damaged";
      nights.scan(
          "prod", id(night), at(night), List.of(Engine.of("x", "acme/chat", "1", word)), alone);
    }
    nights.write(spark, copy.resolve("alone"));
    out = copy.resolve("alone");
    RetentionRules rules = new RetentionRules(NOW, 1, OptionalInt.of(1), Months.KEEP_NONE);

    RetentionPlan plan = plan(rules);

    assertThat(kept(plan))
        .containsEntry("n02", List.of(KeepReason.DRIFT))
        .containsEntry("n03", List.of(KeepReason.DRIFT));
    assertThat(carryOut(plan)).isEmpty();
    EngineStep last =
        new History(spark, out.toString(), ThirtyNights.AFTER)
            .histories(Optional.empty(), new ScanRange.Last(1))
            .get(0)
            .engines()
            .get(0)
            .last();
    assertThat(last.drift().orElseThrow().since().scanId()).isEqualTo("n03");
  }

  @Test
  void leavesYoungCanariesAndDropsOldOnes() throws IOException {
    for (String name : List.of("_canary-old", "_canary-young")) {
      Path file = Files.createDirectories(out.resolve(name)).resolve("clean-0.safetensors");
      Files.writeString(file, "1234");
      Files.setLastModifiedTime(file, FileTime.from(name.endsWith("old") ? at(9) : NOW));
    }

    assertThat(stored().leftovers(rules(5).oldBefore(), GatheredScans.of(List.of())))
        .filteredOn(leftover -> leftover.name().startsWith("_"))
        .extracting(leftover -> leftover.name() + " " + leftover.bytes())
        .containsExactly("_canary-old 4");
  }

  @Test
  void goesOnWithTheRestWhereOneCannotBeDropped() throws IOException {
    Path stuck = out.resolve("tensors/scan_date=2026-10-20/scan_id=n01");
    Files.createDirectories(stuck.resolve("_dropped")); // no file can be made of that name

    List<String> faults = carryOut(plannedHere());

    assertThat(faults)
        .singleElement()
        .asString()
        .startsWith(
            "Cannot drop the tensors of scan_date=2026-10-20/scan_id=n01 in %s: ".formatted(out))
        .doesNotContain("\n");
    assertThat(plan(rules(1)).scans())
        .filteredOn(RetainedScan::goes)
        .extracting(scan -> scan.scan().scanId())
        .containsExactly("n01");
  }

  @Test
  void looksAtOneFleetOnly() {
    RetentionPlan plan =
        new Retention(spark, out.toString(), stored()).plan(Optional.of("lab"), rules(1));

    assertThat(plan.scans())
        .extracting(scan -> scan.scan().scanId())
        .containsExactly("lab4", "lab8", "lab12", "lab16");
    assertThat(plan.leftovers()).isEmpty();
    assertThatThrownBy(
            () ->
                new Retention(spark, out.toString(), stored()).plan(Optional.of("none"), rules(1)))
        .isInstanceOf(HistoryException.class)
        .hasMessage("No scan of fleet none in these tables: they have lab, prod");
  }

  @Test
  void refusesANameThatWouldBeAPathElsewhere() throws IOException {
    Path source = out.resolve("scans/scan_date=2026-10-20/scan_id=n01");
    Files.move(source, source.resolveSibling("scan_id=..%2F..%2Fn01%1B"));

    assertThatThrownBy(() -> plan(rules(1)))
        .isInstanceOf(HistoryException.class)
        .hasMessage(
            "Cannot read %s: Invalid scan id '../../n01\\u001b': expected 1 to 100 letters, digits, '.', '_' or '-', the first a letter or a digit"
                .formatted(out));
  }
}
