package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.damage.DamagePattern;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.tables.FindingRow;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.TableViews;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.MisreadingFileSystem;
import io.shardsum.testing.SmallFleet;
import io.shardsum.testing.TensorBytes;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.CoverageState;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.ReadBy;
import io.shardsum.verdict.Severity;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file system gives a wrong byte once, or more often: nobody's files are blamed for that. One
 * scan of a fleet in which each case is a model of its own, with engines {@code MODEL-a} and so on.
 */
@ExtendWith(LocalSpark.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransientReadTest {

  private static final int AT = (1 << 20) + 500;

  private SparkSession spark;
  private SmallFleet fleet;
  private Landed scan;

  @BeforeAll
  void scan(SparkSession session, @TempDir Path root) {
    spark = session;
    MisreadingFileSystem.register(spark.sparkContext().hadoopConfiguration());
    fleet = SmallFleet.of(root.resolve("fleet"), 1, 1);
    plant();
    String yaml = fleet.yaml().replace("\"" + root, "\"misread:" + root);
    Configuration conf = new Configuration(spark.sparkContext().hadoopConfiguration());
    Inventory inventory =
        Inventory.of(FleetDescription.parse(yaml, "fleet.yaml", root.toString()), conf);
    scan = Landed.of(spark, inventory, root.resolve("tables"));
  }

  private void plant() {
    engines("equal", "a", "b", "c");
    for (String engine : List.of("equal-a", "equal-b", "equal-c")) {
      misread(engine, 0);
    }

    engines("damaged", "a", "b", "c");
    change("damaged-b", 1);
    for (String engine : List.of("damaged-a", "damaged-b", "damaged-c")) {
      misread(engine, 0);
    }

    engines("once", "a", "b", "c");
    misread("once-b", 1);

    engines("two", "a", "b");
    misread("two-a", 4);

    engines("undecided", "a", "b", "c");
    change("undecided-a", 1);
    change("undecided-c", 2);

    engines("revote", "a", "b", "c");
    change("revote-a", 1);
    misread("revote-c", 6);

    engines("never", "a", "b", "c");
    misread("never-b", 1, 2, 3, 4, 5, 6, 7, 8);

    engines("third", "a", "b", "c");
    misread("third-b", 1, 3, 1, 1, 1, 1, 1, 1);

    engines("good", "a", "b", "c");
    change("good-b", 0x40);
    misread("good-a", 0, 0x40, 0);

    engines("sha", "digest: sha256", "a", "b", "c");
    misread("sha-b", 1);

    engines("both", "digest: both", "a", "b", "c");
    misread("both-b", 1);

    engines("trusted", "trusted: true", "a", "b");
    misread("trusted-b", 1);
  }

  private void engines(String model, String... names) {
    for (String name : names) {
      if (!name.contains(":")) {
        String setting = names[0].contains(":") ? names[0] : "digest: sglang";
        String engine = model + "-" + name;
        fleet.engine(engine, List.of("model: " + model, setting));
        SmallFleet.write(
            fleet.shard(engine, 0, 0),
            SmallFleet.filled(
                0,
                new TensorSpec("t", DType.U8, List.of(3L << 20)),
                new TensorSpec("u", DType.U8, List.of(10L))));
      }
    }
  }

  private TensorBytes bytes(String engine) {
    return TensorBytes.of(fleet.shard(engine, 0, 0), "t");
  }

  private void change(String engine, int mask) {
    bytes(engine).change(all -> all[AT] ^= (byte) mask);
  }

  private void misread(String engine, Integer... masks) {
    MisreadingFileSystem.misread(
        fleet.shard(engine, 0, 0), bytes(engine).fileOffsetBytes() + AT, masks);
  }

  private List<Finding> findings(String model) {
    return scan.summary().findings().stream()
        .filter(
            f ->
                f.engine()
                    .map(engine -> engine.startsWith(model + "-"))
                    .orElseGet(() -> f.location().orElseThrow().startsWith(model + "@")))
        .toList();
  }

  private List<String> words(String model) {
    return findings(model).stream().map(f -> f.kind() + " " + f.engine().orElse("-")).toList();
  }

  private ReadBy here() {
    return new ReadBy(spark.conf().get("spark.driver.host"), "driver", Optional.empty());
  }

  private List<Integer> readings(String... engines) {
    return Stream.of(engines)
        .map(engine -> MisreadingFileSystem.readings(fleet.shard(engine, 0, 0)))
        .toList();
  }

  @Test
  void readsNothingTwiceWhereCopiesAreEqual() {
    assertThat(findings("equal")).isEmpty();
    assertThat(readings("equal-a", "equal-b", "equal-c")).containsExactly(1, 1, 1);
  }

  @Test
  void readsTheSuspectCopyAndOneThatIsRightFiveTimesBeforeItBlames() {
    assertThat(words("damaged")).containsExactly("DAMAGED damaged-b");
    assertThat(readings("damaged-a", "damaged-b", "damaged-c")).containsExactly(5, 5, 1);
  }

  @Test
  void blamesWhatHasReadAndNotTheFileWhereTheSecondReadingAgreesWithTheMajority() {
    assertThat(findings("once"))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo("TRANSIENT_READ");
              assertThat(finding.severity()).isEqualTo(Severity.WARNING);
              assertThat(finding.engine()).contains("once-b");
              assertThat(finding.rank()).contains(0);
              assertThat(finding.tensor().orElseThrow().tensor()).isEqualTo("t");
              assertThat(finding.readBy()).contains(here());
              assertThat(finding.detail())
                  .isEqualTo(
                      "Two readings of this file differ: 1 of 2 readings gave wrong bytes, by %s. The"
                          + " same executor also read the right bytes: its memory or the way to it"
                          + " failed, or the file was being written; the file is not blamed; the"
                          + " rank was read again as a whole, and its checksum is of that reading",
                      here().text());
              assertThat(finding.damage()).isEmpty();
              assertThat(finding.comparison().expected()).contains(checksum("once-a"));
              assertThat(finding.comparison().actual().orElseThrow())
                  .isNotEqualTo(checksum("once-a"));
            });
  }

  private String checksum(String engine) {
    return scan.rows(ScanTable.TENSORS, "tensor = 't' AND engine = '" + engine + "'")
        .get(0)
        .getAs("checksum");
  }

  /** In each table and in the summary; of no tensor is there a second row. */
  @Test
  void hasChecksumsOfTheRightBytesOnly() {
    for (String engine :
        List.of("once-b", "two-a", "revote-c", "never-b", "sha-b", "both-b", "trusted-b")) {
      String right =
          engine.substring(0, engine.indexOf('-')) + (engine.endsWith("-b") ? "-a" : "-b");
      assertThat(scan.rank(engine, 0).checksum())
          .as(engine)
          .isPresent()
          .isEqualTo(scan.rank(right, 0).checksum());
      assertThat(scan.engine(engine).checksum()).isEqualTo(scan.engine(right).checksum());
      for (ScanTable table : List.of(ScanTable.TENSORS, ScanTable.RANKS, ScanTable.ENGINES)) {
        assertThat(digests(table, engine)).as(engine).isEqualTo(digests(table, right));
      }
    }
    assertThat(scan.rows(ScanTable.TENSORS)).hasSize(2 * scan.rows(ScanTable.ENGINES).size());
  }

  private List<String> digests(ScanTable table, String engine) {
    return scan.rows(table, "engine = '" + engine + "'").stream()
        .map(
            row ->
                table == ScanTable.TENSORS
                    ? row.getAs("tensor")
                        + " "
                        + row.getAs("checksum")
                        + row.getAs("sha256")
                        + row.getAs("chunk_sums")
                    : row.<String>getAs("checksum"))
        .sorted()
        .toList();
  }

  @Test
  void landsTheSame() {
    assertThat(scan.rows(ScanTable.FINDINGS).stream().map(FindingRow::finding))
        .containsExactlyInAnyOrderElementsOf(scan.summary().findings());
  }

  @Test
  void showsWhatHasMisreadInAView() {
    SparkSession own = views();

    assertThat(
            own.sql(
                    "SELECT host, executor, gpu, findings, transient_reads, damaged, engines,"
                        + " scans, first_seen_at = last_seen_at FROM suspect_hosts")
                .collectAsList())
        .extracting(row -> row.mkString(" "))
        .containsExactly(here().host() + " driver null 13 9 4 12 1 true");
  }

  @Test
  void doesNotCallARankVerifiedThatWasMisread() {
    assertThat(
            views()
                .sql(
                    "SELECT engine, state FROM rank_states WHERE engine LIKE 'once-%'"
                        + " OR engine LIKE 'third-%' ORDER BY engine")
                .collectAsList())
        .extracting(row -> row.mkString(" "))
        .containsExactly(
            "once-a VERIFIED",
            "once-b HASHED_ONLY",
            "once-c VERIFIED",
            "third-a VERIFIED",
            "third-b DIFFERENT",
            "third-c VERIFIED");
    assertThat(
            scan.summary().files().coverage().parts().stream()
                .filter(part -> part.state() == CoverageState.HASHED_ONLY)
                .mapToLong(Coverage.Part::ranks)
                .sum())
        .isEqualTo(8);
  }

  private SparkSession views() {
    SparkSession own = spark.newSession();
    TableViews.statements(scan.out().toString(), TableViews.Dialect.SPARK).forEach(own::sql);
    return own;
  }

  @Test
  void decidesBetweenTwoEnginesByTheSecondReading() {
    assertThat(words("two")).containsExactly("TRANSIENT_READ two-a");
  }

  @Test
  void leavesUndecidedWhatRepeats() {
    assertThat(words("undecided")).containsExactly("UNDECIDED -");
  }

  /**
   * Of three contents one was misread: the other two are a majority, which then blames the last.
   */
  @Test
  void votesAgainByTheSecondReading() {
    assertThat(words("revote")).containsExactly("DAMAGED revote-a", "TRANSIENT_READ revote-c");
    Finding damaged = findings("revote").get(0);
    assertThat(damaged.comparison().votes()).contains("2 : 1");
    assertThat(damaged.damage().orElseThrow().pattern()).isEqualTo(DamagePattern.ONE_BIT);
    assertThat(damaged.damage().orElseThrow().first().offsetBytes()).isEqualTo(AT);
  }

  @Test
  void blamesNobodyWhereNoTwoReadingsAreTheSame() {
    assertThat(words("never")).containsExactly("TRANSIENT_READ never-b");
    assertThat(findings("never").get(0).detail())
        .startsWith(
            "No two readings of this file agree: 8 readings, each with other bytes, by executor"
                + " driver")
        .endsWith("the rank was read again as a whole, and its checksum is of that reading");
  }

  @Test
  void blamesTheFileWhereAllLaterReadingsRepeatTheFirst() {
    assertThat(words("third")).containsExactly("DAMAGED third-b", "TRANSIENT_READ third-b");
    assertThat(findings("third").get(1).detail())
        .startsWith(
            "Two readings of this file differ: 1 of 6 readings gave wrong bytes, by executor driver");
  }

  @Test
  void doesNotTakeADamagedCopyForRightWhenTheRightOneIsMisread() {
    assertThat(words("good")).containsExactly("TRANSIENT_READ good-a", "DAMAGED good-b");
    assertThat(findings("good").get(1).damage().orElseThrow().differingBits()).isEqualTo(1);
  }

  @Test
  void doesNotSayThatTrustedEnginesDifferAfterOneReading() {
    assertThat(words("trusted"))
        .containsExactlyInAnyOrder("TRANSIENT_READ trusted-b", "REFERENCE -");
  }

  @Test
  void readsAgainWhateverTheDigest() {
    assertThat(words("sha")).containsExactly("TRANSIENT_READ sha-b");
    assertThat(words("both")).containsExactly("TRANSIENT_READ both-b");
  }
}
