package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.damage.DamagePattern;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.MisreadingFileSystem;
import io.shardsum.testing.SmallFleet;
import io.shardsum.testing.TensorBytes;
import io.shardsum.verdict.CoverageState;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.ReadBy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A file system gives a wrong byte once, or more often: nobody's files are blamed for that. */
@ExtendWith(LocalSpark.class)
class TransientReadTest {

  private static final int MIB = 1 << 20;
  private static final int AT = MIB + 500;

  @TempDir private Path root;
  private SparkSession spark;
  private SmallFleet fleet;

  @BeforeEach
  void session(SparkSession session) {
    spark = session;
    MisreadingFileSystem.register(spark.sparkContext().hadoopConfiguration());
    fleet = SmallFleet.of(root.resolve("fleet"), 1, 1);
  }

  private void engines(String settings, String... names) {
    for (String engine : names) {
      fleet.engine(engine, settings.isEmpty() ? List.of() : List.of(settings));
      SmallFleet.write(
          fleet.shard(engine, 0, 0),
          SmallFleet.filled(
              0,
              new TensorSpec("t", DType.U8, List.of(3L * MIB)),
              new TensorSpec("u", DType.U8, List.of(10L))));
    }
  }

  private TensorBytes bytes(String engine) {
    return TensorBytes.of(fleet.shard(engine, 0, 0), "t");
  }

  private void misread(String engine, Integer... masks) {
    MisreadingFileSystem.misread(
        fleet.shard(engine, 0, 0), bytes(engine).fileOffsetBytes() + AT, masks);
  }

  private Landed scan() {
    String yaml = fleet.yaml().replace("\"" + root, "\"misread:" + root);
    Configuration conf = new Configuration(spark.sparkContext().hadoopConfiguration());
    Inventory inventory =
        Inventory.of(FleetDescription.parse(yaml, "fleet.yaml", root.toString()), conf);
    return Landed.of(spark, inventory, root.resolve("tables"));
  }

  private static ReadBy here(SparkSession spark) {
    return new ReadBy(spark.conf().get("spark.driver.host"), "driver", Optional.empty());
  }

  @Test
  void blamesWhatHasReadAndNotTheFileWhereTheSecondReadingAgreesWithTheMajority() {
    engines("", "a", "b", "c");
    misread("b", 1);

    Landed scan = scan();

    ReadBy here = here(spark);
    assertThat(scan.summary().findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo("TRANSIENT_READ");
              assertThat(finding.severity()).isEqualTo("warning");
              assertThat(finding.engine()).contains("b");
              assertThat(finding.rank()).contains(0);
              assertThat(finding.tensor().orElseThrow().tensor()).isEqualTo("t");
              assertThat(finding.readBy()).contains(here);
              assertThat(finding.detail())
                  .isEqualTo(
                      "1 of 2 readings gave other bytes, by %1$s; what %1$s read counts; the rank's"
                          + " checksum is of the first reading: scan it again",
                      here.text());
              assertThat(finding.damage()).isEmpty();
            });
    assertThat(scan.summary().verdict()).isEqualTo(Verdict.INCOMPLETE);
    assertThat(scan.summary().coverage().parts())
        .extracting(part -> part.state() + " " + part.ranks())
        .containsExactly(CoverageState.VERIFIED + " 2", CoverageState.HASHED_ONLY + " 1");
    String right = checksum(scan, "a");
    Finding finding = scan.summary().findings().get(0);
    assertThat(finding.comparison().expected()).contains(right);
    assertThat(finding.comparison().actual()).contains(checksum(scan, "b"));
    assertThat(scan.rows(ScanTable.FINDINGS).stream().map(FindingRow::finding))
        .isEqualTo(scan.summary().findings());
  }

  private static String checksum(Landed scan, String engine) {
    return scan.rows(ScanTable.TENSORS, "tensor = 't' AND engine = '" + engine + "'")
        .get(0)
        .getAs("checksum");
  }

  @Test
  void showsWhatHasMisreadInAView() {
    engines("", "a", "b", "c", "d", "e");
    misread("b", 1);
    bytes("c").change(all -> all[7] ^= 1);
    Landed scan = scan();

    SparkSession own = spark.newSession();
    TableViews.statements(scan.out().toString(), TableViews.Dialect.SPARK).forEach(own::sql);

    Row row =
        own.sql(
                "SELECT host, executor, gpu, findings, transient_reads, damaged, engines, scans,"
                    + " first_seen_at = last_seen_at FROM suspect_hosts")
            .collectAsList()
            .get(0);
    assertThat(own.table("suspect_hosts").count()).isEqualTo(1);
    assertThat(row.mkString(" ")).isEqualTo(here(spark).host() + " driver null 2 1 1 2 1 true");
    assertThat(own.sql("SELECT engine, state FROM rank_states ORDER BY engine").collectAsList())
        .extracting(r -> r.mkString(" "))
        .containsExactly("a VERIFIED", "b HASHED_ONLY", "c DIFFERENT", "d VERIFIED", "e VERIFIED");
  }

  @Test
  void readsNothingTwiceWhereCopiesAreEqual() {
    engines("", "a", "b", "c");
    fleet.engines().forEach(engine -> misread(engine, 0));

    assertThat(scan().summary().verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(readings()).containsExactly(1, 1, 1);
  }

  @Test
  void readsTheSuspectCopyAndOneThatIsRightTwice() {
    engines("", "a", "b", "c");
    bytes("b").change(all -> all[AT] ^= 1);
    fleet.engines().forEach(engine -> misread(engine, 0));

    assertThat(scan().summary().verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(readings()).containsExactly(2, 2, 1);
  }

  private List<Integer> readings() {
    return fleet.engines().stream()
        .map(engine -> MisreadingFileSystem.readings(fleet.shard(engine, 0, 0)))
        .toList();
  }

  @Test
  void decidesBetweenTwoEnginesByTheSecondReading() {
    engines("", "a", "b");
    misread("a", 4);

    assertThat(scan().summary().findings())
        .extracting(f -> f.kind() + " " + f.engine().orElse("-"))
        .containsExactly("TRANSIENT_READ a");
  }

  @Test
  void leavesUndecidedWhatRepeats() {
    engines("", "a", "b", "c");
    bytes("a").change(all -> all[AT] ^= 1);
    bytes("c").change(all -> all[AT] ^= 2);
    misread("b", 0, 0, 0, 0);

    assertThat(scan().summary().findings()).extracting(Finding::kind).containsExactly("UNDECIDED");
  }

  /**
   * Of three contents one was misread: the other two are a majority, which then blames the last.
   */
  @Test
  void votesAgainByTheSecondReading() {
    engines("", "a", "b", "c");
    bytes("a").change(all -> all[AT] ^= 1);
    misread("c", 6);

    List<Finding> findings = scan().summary().findings();

    assertThat(findings)
        .extracting(f -> f.kind() + " " + f.engine().orElse("-"))
        .containsExactly("DAMAGED a", "TRANSIENT_READ c");
    assertThat(findings.get(0).comparison().votes()).contains("2 : 1");
    assertThat(findings.get(0).damage().orElseThrow().pattern()).isEqualTo(DamagePattern.ONE_BIT);
    assertThat(findings.get(0).damage().orElseThrow().first().offsetBytes()).isEqualTo(AT);
  }

  @Test
  void blamesNobodyWhereNoTwoReadingsAreTheSame() {
    engines("", "a", "b", "c");
    misread("b", 1, 2, 3, 4, 5, 6, 7, 8);

    assertThat(scan().summary().findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo("TRANSIENT_READ");
              assertThat(finding.engine()).contains("b");
              assertThat(finding.detail())
                  .startsWith("no two of 4 readings gave the same bytes, by executor driver")
                  .contains(": they tell nothing of the copy; ");
            });
  }

  @Test
  void blamesTheFileWhereAThirdReadingRepeatsTheFirst() {
    engines("", "a", "b", "c");
    misread("b", 1, 3, 1, 1);

    List<Finding> findings = scan().summary().findings();

    assertThat(findings)
        .extracting(f -> f.kind() + " " + f.engine().orElse("-"))
        .containsExactly("DAMAGED b", "TRANSIENT_READ b");
    assertThat(findings.get(1).detail())
        .startsWith("1 of 4 readings gave other bytes, by executor driver");
  }

  @Test
  void doesNotTakeADamagedCopyForRightWhenTheRightOneIsMisread() {
    engines("", "a", "b", "c");
    bytes("b").change(all -> all[AT] ^= 0x40);
    misread("a", 0, 0x40, 0);

    List<Finding> findings = scan().summary().findings();

    assertThat(findings)
        .extracting(f -> f.kind() + " " + f.engine().orElse("-"))
        .containsExactly("TRANSIENT_READ a", "DAMAGED b");
    assertThat(findings.get(1).damage().orElseThrow().differingBits()).isEqualTo(1);
  }

  @Test
  void readsAgainWhatIsKnownByItsSha256Alone() {
    engines("digest: sha256", "a", "b", "c");
    misread("b", 1);

    assertThat(scan().summary().findings())
        .extracting(f -> f.kind() + " " + f.engine().orElse("-"))
        .containsExactly("TRANSIENT_READ b");
  }

  @Test
  void readsAgainWhereBothDigestsAreKnown() {
    engines("digest: both", "a", "b", "c");
    misread("b", 1);

    assertThat(scan().summary().findings())
        .extracting(f -> f.kind() + " " + f.engine().orElse("-"))
        .containsExactly("TRANSIENT_READ b");
  }
}
