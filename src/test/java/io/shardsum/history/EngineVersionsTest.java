package io.shardsum.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.fleet.WeightSource;
import io.shardsum.tables.Scope;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.testing.Views;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seven nights. a is damaged on the second and restored on the fourth; its running engine does not
 * answer in full then, and takes the update of the fifth night only on the seventh. A rank of b is
 * missing on the fourth. c stays behind on the fifth and is away on the sixth, as is d.
 */
@ExtendWith(LocalSpark.class)
class EngineVersionsTest {

  private static final String FLEET = "prod";

  @TempDir static Path out;
  @TempDir Path other;

  private static SparkSession spark;
  private static FleetVersions versions;

  @BeforeAll
  static void nights(SparkSession session) {
    spark = session;
    Engine a1 = engine("a", "1", "w1");
    Engine b1 = engine("b", "1", "w1");
    Engine c1 = engine("c", "1", "w1");
    Engine a2 = engine("a", "2", "w2");
    Engine b2 = engine("b", "2", "w2");
    Engine d = Engine.of("d", "acme/search", "1", "s", "s");
    Finding damaged = found(FindingKind.DAMAGED, Subject.rank("a", 1));
    Finding stale = found(FindingKind.STALE_REVISION, Subject.engine("c"));
    Finding behind = found(FindingKind.LIVE_DIFFERS, Subject.engine("a").from(WeightSource.LIVE));
    Engine asked = engine("a", "2", "w1").running();
    new Nights()
        .scan(FLEET, "n1", at(1), List.of(a1, a1.running(), b1, c1, d))
        .scan(
            FLEET,
            "n2",
            at(2),
            List.of(Engine.of("a", "acme/chat", "1", "w1", "flipped"), a1.running(), b1, c1, d),
            damaged)
        .scan(FLEET, "n3", at(3), Scope.CHOSEN, List.of(b1))
        .scan(FLEET, "n4", at(4), List.of(a1, a1.running().without(0), b1.without(1), c1, d))
        .scan(FLEET, "n5", at(5), List.of(a2, asked, b2, engine("c", "2", "w1"), d), stale, behind)
        .scan(FLEET, "n6", at(6), List.of(a2, asked, b2), behind)
        .scan(FLEET, "n7", at(7), List.of(a2, a2.running(), b2, engine("c", "2", "w2"), d))
        .scan(
            FLEET,
            "future",
            Instant.now().plus(Duration.ofDays(30)),
            List.of(engine("a", "3", "w3")))
        .write(spark, out);
    versions = new History(spark, out.toString()).versions(Optional.empty()).get(0);
  }

  private static Instant at(int night) {
    return Instant.parse("2025-11-0%sT02:00:00Z".formatted(Integer.toString(night)));
  }

  private static Engine engine(String name, String revision, String word) {
    return Engine.of(name, "acme/chat", revision, word, word);
  }

  private static Finding found(FindingKind kind, Subject subject) {
    return Finding.of(kind, subject, Comparison.NONE, Optional.empty(), "differs");
  }

  private static int night(Instant startedAt) {
    return startedAt.atZone(ZoneOffset.UTC).getDayOfMonth();
  }

  /** Nights, how many scans, change, the revision that it matches, and the described one. */
  private static List<String> lines(String engine, WeightSource source) {
    return versions.only(engine).versions().stream()
        .filter(v -> v.source() == source)
        .map(
            v ->
                "%s-%s %s %s %s %s %s"
                    .formatted(
                        Integer.toString(night(v.seenFrom())),
                        v.seenTo().map(to -> Integer.toString(night(to))).orElse("now"),
                        Long.toString(v.scans()),
                        v.ranks(),
                        v.change().map(Enum::name).orElse(v.status().name()),
                        v.revision().orElse("-"),
                        v.describedRevision().orElse("-")))
        .toList();
  }

  @Test
  void tellWhatFilesHeldSinceWhen() {
    assertThat(lines("a", WeightSource.FILES))
        .containsExactly(
            "1-1 1 0-1 FIRST 1 1",
            "2-2 1 0-1 UNPLANNED - 1",
            "4-4 1 0-1 RESTORED 1 1",
            "5-now 3 0-1 PLANNED 2 2");
    assertThat(versions.versions())
        .filteredOn(v -> v.source() == WeightSource.FILES && v.content().isPresent())
        .allSatisfy(v -> assertThat(v.evidence()).contains("COMPUTED"));
  }

  @Test
  void haveTheRunningEngineBesideItsFiles() {
    assertThat(lines("a", WeightSource.LIVE))
        .containsExactly(
            "1-2 2 0-1 FIRST 1 1",
            "4-4 1 0-1 INCOMPLETE - 1",
            "5-6 2 0-1 UNCHANGED 1 2",
            "7-now 1 0-1 PLANNED 2 2");
    assertThat(versions.only("a").versions())
        .extracting(v -> night(v.seenFrom()) + v.source().name())
        .containsExactly(
            "1FILES", "1LIVE", "2FILES", "4FILES", "4LIVE", "5FILES", "5LIVE", "7LIVE");
  }

  @Test
  void sayWhereAScanDidNotSeeAll() {
    assertThat(lines("b", WeightSource.FILES))
        .containsExactly(
            "1-3 3 0-1 FIRST 1 1", "4-4 1 0-1 INCOMPLETE - 1", "5-now 3 0-1 PLANNED 2 2");
    assertThat(versions.only("b").versions().get(1).content()).isEmpty();
  }

  @Test
  void endWithAScanThatDoesNotHaveTheEngine() {
    assertThat(lines("c", WeightSource.FILES))
        .containsExactly("1-5 4 0-1 FIRST 1 2", "7-now 1 0-1 PLANNED 2 2");
    assertThat(lines("d", WeightSource.FILES))
        .containsExactly("1-5 4 0-1 FIRST 1 1", "7-now 1 0-1 UNCHANGED 1 1");
  }

  @Test
  void leaveOutScansOfTheFuture() {
    assertThat(versions.leftOut()).extracting(LeftOutScan::scanId).containsExactly("future");
  }

  @Test
  void leaveOutScansThatCannotBeRead() throws Exception {
    new Nights()
        .scan(FLEET, "n1", at(1), List.of(engine("a", "1", "w1")))
        .scan(FLEET, "n2", at(2), List.of(engine("a", "1", "w2")))
        .scan(FLEET, "n3", at(3), List.of(engine("a", "1", "w1")))
        .write(spark, other);
    try (Stream<Path> files = Files.walk(other.resolve("ranks/scan_date=2025-11-02"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".parquet")).toList()) {
        Files.writeString(file, "no Parquet");
      }
    }

    FleetVersions read = new History(spark, other.toString()).versions(Optional.of(FLEET)).get(0);

    assertThat(read.leftOut()).extracting(LeftOutScan::scanId).containsExactly("n2");
    assertThat(read.versions()).singleElement().satisfies(v -> assertThat(v.scans()).isEqualTo(2));
    assertThatThrownBy(
            () -> new History(spark, other.toString()).versions(Optional.of("elsewhere")))
        .isInstanceOf(HistoryException.class)
        .hasMessageContaining("No scan of fleet elsewhere");
  }

  @Test
  void areTheRowsOfTheView() {
    SparkSession views = Views.of(spark, out, "engine_versions");

    assertThat(views.table("engine_versions").collectAsList())
        .extracting(EngineVersion::of)
        .containsExactlyInAnyOrderElementsOf(versions.versions());
  }

  /** By the rules of ranks over thirty nights, with half updates and another digest among them. */
  @Test
  void callChangesAsDriftReportsDo() {
    ThirtyNights.tables().write(spark, other);
    History history = new History(spark, other.toString(), ThirtyNights.AFTER);
    Optional<String> fleet = Optional.of(ThirtyNights.FLEET);
    FleetHistory drift = history.histories(fleet, new ScanRange.Last(100)).get(0);

    List<String> ofReports =
        drift.engines().stream()
            .flatMap(engine -> engine.steps().stream())
            .filter(step -> step.checksum().isPresent())
            .map(EngineVersionsTest::change)
            .flatMap(Optional::stream)
            .toList();

    assertThat(ofReports).anyMatch(change -> change.endsWith("UNPLANNED")).hasSizeGreaterThan(10);
    assertThat(history.versions(fleet).get(0).versions())
        .filteredOn(v -> v.change().stream().anyMatch(EngineVersionsTest::isTold))
        .extracting(v -> v.engine() + " " + v.seenFrom() + " " + v.change().orElseThrow())
        .containsExactlyInAnyOrderElementsOf(ofReports);
  }

  private static boolean isTold(EngineVersion.Change change) {
    return switch (change) {
      case PLANNED, UNPLANNED, RESTORED, NOT_COMPARABLE -> true;
      case FIRST, UNCHANGED -> false;
    };
  }

  private static Optional<String> change(EngineStep step) {
    String of = step.engine() + " " + step.scan().startedAt() + " ";
    return switch (step.state()) {
      case UPDATED -> Optional.of(of + EngineVersion.Change.PLANNED);
      case DRIFTED -> Optional.of(of + EngineVersion.Change.UNPLANNED);
      case RESTORED -> Optional.of(of + EngineVersion.Change.RESTORED);
      case NOT_COMPARABLE -> Optional.of(of + EngineVersion.Change.NOT_COMPARABLE);
      default -> Optional.empty();
    };
  }
}
