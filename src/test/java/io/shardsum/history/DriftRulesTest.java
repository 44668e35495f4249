package io.shardsum.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each engine goes its own way through a few nights. Where nothing is said against it, copies
 * agree.
 */
@ExtendWith(LocalSpark.class)
class DriftRulesTest {

  private static final int NIGHTS = 4;

  @TempDir static Path out;

  private static final List<List<Engine>> SCANS = new ArrayList<>();
  private static final List<List<Finding>> FINDINGS = new ArrayList<>();
  private static FleetHistory history;

  @BeforeAll
  static void nights(SparkSession spark) {
    for (int night = 0; night < NIGHTS; night++) {
      SCANS.add(new ArrayList<>());
      FINDINGS.add(new ArrayList<>());
    }
    engine("late", of("1", "w", "w"), of("2", "w", "w"), of("2", "x", "x"), of("2", "x", "x"));
    engine("rollback", of("1", "w", "w"), of("2", "x", "x"), of("1", "w", "w"), of("1", "w", "w"));
    engine("stale", of("1", "w", "w"), of("2", "x", "x"), of("2", "w", "w"), of("2", "w", "w"));
    wrong("stale", 3, 4);
    engine("half read", of("1", "w", "w"), of("1", "w", "y").without(0), of("1", "w", "y"), null);
    wrong("half read", 2, 3);
    engine("late whole", of("1", "w", "w").without(0), of("1", "w", "w"), null, null);
    engine("cut", of("1", "w", "w"), of("1", "w"), of("1", "w"), of("1", "w"));
    engine("cut anew", of("1", "w", "w"), of("1", "x"), of("1", "x"), of("1", "x"));
    engine("healed", of("1", "y", "w"), of("1", "w", "w"), of("1", "w", "w"), of("1", "w", "w"));
    wrong("healed", 1);
    engine("agreed", of("1", "w", "w"), of("1", "x", "x"), of("1", "y", "x"), of("1", "x", "x"));
    wrong("agreed", 3);
    engine("half agreed", of("1", "w", "w"), of("2", "x", "w"), of("2", "x", "w"), null);
    engine("away", of("1", "w", "w"), null, of("1", "x", "w"), of("1", "x", "w"));
    wrong("away", 3, 4);
    engine(
        "old tables",
        of("1", "w").hashed(null),
        of("1", "w").hashed(null),
        of("1", "x").hashed(null),
        of("2", "x").hashed(null));
    engine("stale first", of("1", "w"), of("2", "w"), of("2", "w"), of("3", "w"));
    wrong("stale first", 1, 2, 3);
    running("live", of("1", "w", "w"), of("1", "w", "x"), of("1", "w", "x"), of("1", "w", "w"));
    running(
        "half",
        of("1", "w", "w").without(1),
        of("1", "w", "w").without(1),
        of("1", "w", "w"),
        of("1", "w", "w"));
    Nights nights = new Nights();
    for (int night = 0; night < NIGHTS; night++) {
      nights.scan(
          "rules",
          "n" + (night + 1),
          Landed.STARTED_AT.plus(Duration.ofDays(night)),
          SCANS.get(night),
          FINDINGS.get(night).toArray(Finding[]::new));
    }
    nights.write(spark, out);
    FileUtil.fullyDelete(new File(tensors(1), "scan_id=n1"));
    history =
        new History(spark, out.toString())
            .histories(Optional.empty(), new ScanRange.Last(NIGHTS))
            .get(0);
  }

  private static File tensors(int night) {
    return out.resolve(ScanTable.TENSORS.tableName())
        .resolve("scan_date=2026-11-" + (22 + night))
        .toFile();
  }

  private static Engine of(String revision, String... words) {
    return Engine.of("", "acme/chat", revision, words);
  }

  private static void engine(String name, Engine... nights) {
    for (int night = 0; night < NIGHTS; night++) {
      Engine engine = nights[night];
      if (engine != null) {
        SCANS
            .get(night)
            .add(new Engine(name, name, engine.revision(), engine.hashing(), engine.ranks()));
      }
    }
  }

  /** The same engine as it runs, beside its files. */
  private static void running(String name, Engine... nights) {
    for (int night = 0; night < NIGHTS; night++) {
      Engine engine = nights[night];
      SCANS
          .get(night)
          .add(
              new Engine(name, name, engine.revision(), engine.hashing(), engine.ranks())
                  .running());
    }
  }

  private static void wrong(String engine, int... nights) {
    Arrays.stream(nights)
        .forEach(
            night ->
                FINDINGS
                    .get(night - 1)
                    .add(
                        Finding.of(
                            FindingKind.DAMAGED,
                            Subject.engine(engine),
                            Comparison.NONE,
                            Optional.empty(),
                            "not as its copies")));
  }

  private static String states(String engine) {
    return history.engines().stream()
        .filter(of -> of.engine().equals(engine))
        .flatMap(of -> of.steps().stream())
        .map(
            step ->
                step.state()
                    + (step.driftedRanks().isEmpty() ? "" : " " + step.driftedRanks())
                    + step.drift().map(drift -> " off " + drift.ranks()).orElse(""))
        .collect(Collectors.joining(", "));
  }

  @Test
  void plansAnUpdateThatComesLaterThanItsDeclaration() {
    assertThat(states("late")).isEqualTo("APPEARED, NOT_UPDATED, UPDATED, UNCHANGED");
  }

  @Test
  void saysThatAnUpdateDidNotArriveAndThatTheEngineDiffersMeanwhile() {
    assertThat(states("stale first")).isEqualTo("APPEARED, NOT_UPDATED, UNCHANGED, NOT_UPDATED");
    assertThat(steps("stale first").stream().map(step -> step.worst().orElseThrow().name()))
        .containsExactly("DIFFERENT", "DIFFERENT", "DIFFERENT", "VERIFIED");
    assertThat(history.openErrors())
        .extracting(fault -> fault.finding().engine().orElseThrow())
        .contains("stale", "away")
        .doesNotContain("stale first", "healed");
  }

  @Test
  void readsWhatRunningEnginesAnswered() {
    assertThat(states("live")).isEqualTo("APPEARED, DRIFTED [1], UNCHANGED, RESTORED");
    assertThat(steps("live").get(1).bytes()).isZero();
    assertThat(steps("live").get(3).tensors().orElseThrow())
        .isEqualTo(new TensorChange(1, 0, 0, 0, "layers.1.weight"));
    assertThat(states("half")).isEqualTo("NOT_SCANNED, NOT_SCANNED, APPEARED, UNCHANGED");
  }

  private static List<EngineStep> steps(String engine) {
    return history.engines().stream()
        .filter(of -> of.engine().equals(engine))
        .flatMap(of -> of.steps().stream())
        .toList();
  }

  @Test
  void plansTheWayBackToAnEarlierRevision() {
    assertThat(states("rollback")).isEqualTo("APPEARED, UPDATED, UPDATED, UNCHANGED");
  }

  @Test
  void doesNotPlanEarlierWeightsUnderTheRevisionOfNow() {
    assertThat(states("stale"))
        .isEqualTo("APPEARED, UPDATED, DRIFTED [0, 1] off [0, 1], UNCHANGED off [0, 1]");
  }

  @Test
  void seesDriftInARankThoughAnotherCouldNotBeRead() {
    assertThat(states("half read"))
        .isEqualTo("APPEARED, DRIFTED [1] off [1], UNCHANGED off [1], DISAPPEARED");
  }

  @Test
  void anEngineAppearsOnceItIsWhole() {
    assertThat(states("late whole")).isEqualTo("NOT_SCANNED, APPEARED, DISAPPEARED");
  }

  @Test
  void losingRanksIsDriftUnlessTheOthersAreCutAnewWithIt() {
    assertThat(states("cut")).isEqualTo("APPEARED, DRIFTED, UNCHANGED, UNCHANGED");
    assertThat(states("cut anew")).isEqualTo("APPEARED, UPDATED, UNCHANGED, UNCHANGED");
  }

  @Test
  void comingToWhatCopiesHoldIsNoDrift() {
    assertThat(states("healed")).isEqualTo("APPEARED, RESTORED, UNCHANGED, UNCHANGED");
  }

  @Test
  void driftEndsWhereCopiesAgreeAndWhatTheyAgreedOnIsRight() {
    assertThat(states("agreed"))
        .isEqualTo("APPEARED, DRIFTED [0, 1], DRIFTED [0] off [0], RESTORED");
    assertThat(states("half agreed")).isEqualTo("APPEARED, DRIFTED [1], UNCHANGED, DISAPPEARED");
  }

  @Test
  void remembersWhatAnEngineHeldBeforeItWasAway() {
    assertThat(states("away"))
        .isEqualTo("APPEARED, DISAPPEARED, DRIFTED [0] off [0], UNCHANGED off [0]");
  }

  @Test
  void readsTablesThatDoNotSayHowRanksWereHashed() {
    assertThat(states("old tables")).isEqualTo("APPEARED, UNCHANGED, DRIFTED [0], NOT_UPDATED");
  }

  @Test
  void saysThatTensorsAreNotKnownWhereTheirRowsAreGone() {
    assertThat(
            history.engines().stream()
                .flatMap(engine -> engine.steps().stream())
                .filter(step -> !step.changedRanks().isEmpty())
                .filter(step -> step.comparedWith().orElseThrow().scanId().equals("n1")))
        .isNotEmpty()
        .allMatch(step -> step.tensors().isEmpty());
    assertThat(
            history.engines().stream()
                .flatMap(engine -> engine.steps().stream())
                .filter(step -> !step.changedRanks().isEmpty())
                .filter(step -> step.comparedWith().orElseThrow().scanId().equals("n2"))
                .map(EngineStep::tensors)
                .map(Objects::toString))
        .isNotEmpty()
        .contains(
            "Optional[TensorChange[changed=2, added=0, removed=0, bytes=2000, firstKey=layers.1.weight]]");
  }
}
