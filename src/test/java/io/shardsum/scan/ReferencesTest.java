package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.fleet.Inventory;
import io.shardsum.scan.plan.Baseline;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.ReferenceException;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.Verdict;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is right by declaration, not by vote. */
@ExtendWith(LocalSpark.class)
class ReferencesTest {

  private static final String FLIPPED = "model.layers.0.mlp.down_proj.weight";
  private static SparkSession spark;

  @TempDir Path root;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @Test
  void blamesTheMajorityWhereATrustedEngineDiffersFromIt() {
    SmallFleet fleet = fleet("a", "b");
    fleet.engine("right", List.of("trusted: true"));
    SmallFleet.flipBit(fleet.shard("a", 1, 0), FLIPPED);
    SmallFleet.flipBit(fleet.shard("b", 1, 0), FLIPPED);

    ScanSummary summary = scan(fleet.inventory(), "now", Optional.empty());

    assertThat(summary.findings())
        .extracting(f -> f.kind() + " " + f.engine().orElse("-"))
        .containsExactly("DAMAGED a", "DAMAGED b", "REFERENCE right");
    assertThat(summary.findings().get(0).detail())
        .isEqualTo(
            "its bytes differ from the reference, engine right"
                + " (trusted); one bit flipped: byte 0 of the tensor (664 of the file), element"
                + " [0, 0]");
    assertThat(summary.verdict()).isEqualTo(Verdict.DIFFERENT);
  }

  @Test
  void refusesTrustedEnginesThatContradictEachOther() {
    SmallFleet fleet = fleet("a");
    fleet.engine("right", List.of("trusted: true")).engine("too", List.of("trusted: true"));
    SmallFleet.flipBit(fleet.shard("too", 1, 0), FLIPPED);
    Inventory inventory = fleet.inventory();

    assertThatThrownBy(() -> scan(inventory, "now", Optional.empty()))
        .isInstanceOf(ReferenceException.class)
        .hasMessage(
            "Cannot compare with what is trusted in acme/small@1 tp2 pp1 dp1 sglang-0.5.20: rank 1"
                + " of engine too differs from rank 1 of engine right: expected trusted copies to"
                + " be equal");
    assertThat(root.resolve("tables/scans/scan_date=2026-11-23")).doesNotExist();
  }

  @Test
  void comparesWithAnEarlierScan() {
    SmallFleet fleet = fleet("a", "b");
    scan(fleet.inventory(), "before", Optional.empty());
    SmallFleet.flipBit(fleet.shard("a", 1, 0), FLIPPED);
    SmallFleet.flipBit(fleet.shard("b", 1, 0), FLIPPED);

    ScanSummary voted = scan(fleet.inventory(), "voted", Optional.empty());
    ScanSummary compared = scan(fleet.inventory(), "compared", baseline("before"));
    ScanSummary withOne = scan(fleet.inventory(), "with-one", baseline("before/b"));

    assertThat(voted.verdict()).isEqualTo(Verdict.EQUAL);
    for (ScanSummary summary : List.of(compared, withOne)) {
      assertThat(summary.findings())
          .filteredOn(Finding::isDifference)
          .extracting(f -> f.kind() + " " + f.engine().get() + " " + f.tensor().get().key())
          .containsExactly("DAMAGED a " + FLIPPED, "DAMAGED b " + FLIPPED);
    }
  }

  @Test
  void verifiesAnEngineThatIsAloneByABaseline() {
    SmallFleet fleet = fleet("a");
    ScanSummary alone = scan(fleet.inventory(), "before", Optional.empty());

    ScanSummary compared = scan(fleet.inventory(), "compared", baseline("before"));

    assertThat(alone.verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(compared.verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(compared.findings()).extracting(Finding::kind).containsExactly("REFERENCE");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nothing  | revision: "1"          | no finished scan of that name in these tables
          before   | revision: "2"          | it holds acme/small@1 tp2 pp1 dp1 sglang-0.5.20: expected acme/small@2 tp2
          before/x | revision: "1"          | that scan has no such engine; it has a, b
          before/a | model: other           | it holds acme/small@1 tp2 pp1 dp1 sglang-0.5.20: expected other@1 tp2
          before/a | digest: sha256         | expected acme/small@1 tp2 pp1 dp1 sha256 sglang-0.5.20
          before/a | profile: none          | expected acme/small@1 tp2 pp1 dp1 none
          before/a | parallelism: { tp: 1 } | expected acme/small@1 tp1 pp1 dp1 sglang-0.5.20
          before/a | trusted: true          | engine a is trusted: expected one reference, not two
          """)
  void refusesABaselineThatDoesNotFit(String baseline, String setting, String why) {
    scan(fleet("a", "b").inventory(), "before", Optional.empty());
    SmallFleet other = SmallFleet.of(root.resolve("other"), 2, 1).engine("a", List.of(setting));
    Inventory inventory = other.inventory();

    assertThatThrownBy(() -> scan(inventory, "now", baseline(baseline)))
        .isInstanceOf(ReferenceException.class)
        .hasMessageStartingWith("Cannot take " + baseline + " as the baseline: ")
        .hasMessageContaining(why);
  }

  @Test
  void refusesABaselineWhoseEnginesDiffer() {
    SmallFleet fleet = fleet("a", "b");
    SmallFleet.flipBit(fleet.shard("a", 1, 0), FLIPPED);
    scan(fleet.inventory(), "before", Optional.empty());
    Inventory inventory = fleet.inventory();

    assertThatThrownBy(() -> scan(inventory, "now", baseline("before")))
        .isInstanceOf(ReferenceException.class)
        .hasMessageContaining(
            "engines a and b differ in it: expected engines of acme/small@1 tp2 pp1 dp1")
        .hasMessageContaining("or one to be named: before/ENGINE");
  }

  private static Optional<Baseline> baseline(String text) {
    return Optional.of(Baseline.parse(text));
  }

  private ScanSummary scan(Inventory inventory, String scanId, Optional<Baseline> baseline) {
    ScanRequest request =
        new ScanRequest(
                inventory, root.resolve("tables").toString(), new ScanId(scanId), Landed.STARTED_AT)
            .comparedWith(baseline);
    return new FleetScan(spark, request, ScanProgress.NONE).run();
  }

  private SmallFleet fleet(String... engines) {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1);
    for (String engine : engines) {
      fleet.engine(engine);
    }
    return fleet;
  }
}
