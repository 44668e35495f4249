package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.shardsum.history.EngineVersion;
import io.shardsum.history.History;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.EarlierScans;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.Verdict;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.Coverage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Nights of a fleet of which each reads a part: what the tables say of the rest. */
@ExtendWith(LocalSpark.class)
class ReuseTest {

  private static final String DOWN = "model.layers.0.mlp.down_proj.weight";
  private static final Duration DAY = Duration.ofDays(1);
  private static SparkSession spark;

  @TempDir Path root;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  private SmallFleet fleet(int ranks, String... engines) {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), ranks, 1);
    List.of(engines).forEach(fleet::engine);
    return fleet;
  }

  private Path out() {
    return root.resolve("tables");
  }

  private static Instant at(int night) {
    return Landed.STARTED_AT.minus(DAY.multipliedBy(40)).plus(DAY.multipliedBy(night));
  }

  private Landed night(SmallFleet fleet, int night, int days) {
    return night(fleet, night, days, UnaryOperator.identity());
  }

  private Landed night(SmallFleet fleet, int night, int days, UnaryOperator<ScanRequest> set) {
    ScanRequest request =
        new ScanRequest(
                fleet.inventory(), out().toString(), new ScanId("night-" + night), at(night))
            .rereading(OptionalInt.of(days));
    return new Landed(
        spark, out(), new FleetScan(spark, set.apply(request), ScanProgress.NONE).run());
  }

  /** Flips a bit behind the back of the file system. */
  private static void rot(Path file) throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    SmallFleet.flipBit(file, DOWN);
    Files.setLastModifiedTime(file, time);
  }

  private List<String> ranks(int night, String evidence) {
    return Landed.rows(
            spark,
            out(),
            ScanTable.TENSORS,
            "scan_id = 'night-%s' AND evidence = '%s'".formatted(night, evidence))
        .stream()
        .map(row -> row.<String>getAs("engine") + row.<Integer>getAs("rank"))
        .distinct()
        .sorted()
        .toList();
  }

  @Test
  void readsAPartOfAnUnchangedFleetAndSaysHowMuchAndHowOldTheRestIs() {
    SmallFleet fleet = fleet(4, "a", "b", "c", "d", "e", "f");
    ScanSummary first = night(fleet, 1, 14).summary();
    assertThat(first.readBytes()).isEqualTo(first.bytes());

    ScanSummary second = night(fleet, 2, 14).summary();

    assertThat(second.verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(second.findings()).isEmpty();
    assertThat(second.bytes()).isEqualTo(first.bytes());
    assertThat((double) second.readBytes() / second.bytes()).isBetween(1 / 14.0, 1 / 10.0);
    assertThat(second.readTimes().bytes()).isLessThan(first.readTimes().bytes() / 10);
    assertThat(second.files().engines()).isEqualTo(first.files().engines());
    assertThat(second.hashedAt()).contains(at(1));
    assertThat(second.readShare().sentence(Long::toString))
        .isEqualTo(
            "Read in this scan: %s of %s; the oldest digest is 1 day old"
                .formatted(Long.toString(second.readBytes()), Long.toString(second.bytes())));

    assertThat(ranks(2, "COMPUTED")).containsExactly("a0", "b0");
    assertThat(ranks(2, "REUSED")).hasSize(22);
    Dataset<Row> tensors = spark.read().parquet(out().resolve("tensors").toString());
    assertThat(columns(tensors, 2)).isEqualTo(columns(tensors, 1));
    assertThat(
            tensors
                .where("scan_id = 'night-2' AND evidence = 'REUSED'")
                .select("hashed_at")
                .distinct()
                .collectAsList())
        .extracting(row -> row.getAs(0))
        .containsExactly(Timestamp.from(at(1)));
    Row scan = Landed.rows(spark, out(), ScanTable.SCANS, "scan_id = 'night-2'").get(0);
    assertThat(scan.<Long>getAs("read_bytes")).isEqualTo(second.readBytes());
    assertThat(scan.<Timestamp>getAs("hashed_at")).isEqualTo(Timestamp.from(at(1)));

    assertThat(second.files().coverage().ages())
        .extracting(Coverage.EngineAge::verifiedAt)
        .containsOnly(Optional.of(at(1)));
    List<Row> coverage =
        EarlierScans.open(spark, out().toString())
            .view("coverage")
            .where("scan_id = 'night-2'")
            .collectAsList();
    assertThat(coverage)
        .isNotEmpty()
        .allMatch(row -> row.getAs("last_verified_at").equals(Timestamp.from(at(1))));
    assertThat(new History(spark, out().toString()).versions(Optional.empty()).get(0).versions())
        .extracting(EngineVersion::engine, version -> version.evidence().orElseThrow())
        .contains(tuple("a", "REUSED"), tuple("f", "REUSED"));
  }

  private static List<Row> columns(Dataset<Row> tensors, int night) {
    return tensors
        .where("scan_id = 'night-%s'".formatted(night))
        .drop("scan_id", "scan_date", "evidence", "hashed_at", "read_through")
        .orderBy("engine", "rank", "tensor")
        .collectAsList();
  }

  @Test
  void readsWhatTakesPartInADifferenceBeforeItBlamesAndReadsFindingsUntilTheyAreGone()
      throws IOException {
    SmallFleet fleet = fleet(4, "a", "b", "c", "d");
    night(fleet, 1, 14);
    Path damaged = fleet.shard("c", 2, 0);
    byte[] good = Files.readAllBytes(damaged);
    SmallFleet.flipBit(damaged, DOWN);

    Landed second = night(fleet, 2, 14);

    assertThat(second.summary().findings())
        .extracting(f -> f.kind() + f.engine().orElse("") + f.ranks())
        .containsExactly("DAMAGEDc[2]");
    assertThat(ranks(2, "COMPUTED")).contains("a2", "b2", "c2", "d2").hasSizeLessThan(8);
    assertThat(ranks(2, "REUSED")).isNotEmpty().doesNotContainAnyElementsOf(ranks(2, "COMPUTED"));
    assertThat(Landed.rows(spark, out(), ScanTable.TENSORS, "scan_id = 'night-2'"))
        .hasSameSizeAs(Landed.rows(spark, out(), ScanTable.TENSORS, "scan_id = 'night-1'"));

    Files.write(damaged, good);
    Landed third = night(fleet, 3, 14);

    assertThat(third.summary().findings()).isEmpty();
    assertThat(ranks(3, "COMPUTED")).contains("c0", "c1", "c2", "c3");
    assertThat(ranks(3, "REUSED")).isNotEmpty();
    assertThat(ranks(3, "REUSED")).noneMatch(rank -> rank.startsWith("c"));
    night(fleet, 4, 14);
    assertThat(ranks(4, "REUSED")).anyMatch(rank -> rank.startsWith("c"));
  }

  @Test
  void findsWhatRottedWithinNNights() throws IOException {
    SmallFleet fleet = fleet(2, "a", "b", "c");
    night(fleet, 1, 3);
    rot(fleet.shard("c", 1, 0));

    assertThat(night(fleet, 2, 3).summary().verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(ranks(2, "REUSED")).contains("c1");
    night(fleet, 3, 3);
    Landed fourth = night(fleet, 4, 3);

    assertThat(fourth.summary().findings())
        .extracting(f -> f.kind() + f.engine().orElse("") + f.ranks())
        .containsExactly("DAMAGEDc[1]");
    assertThat(ranks(4, "COMPUTED")).contains("a1", "b1", "c1");
  }

  @Test
  void reusesNothingThatWasHashedOtherwise() {
    SmallFleet plain = fleet(1, "a", "b", "c");
    setTimes(plain);
    night(plain, 1, 14);
    SmallFleet skipping = SmallFleet.of(root.resolve("fleet"), 1, 1);
    List.of("a", "b", "c").forEach(name -> skipping.engine(name, List.of("skip: [flags]")));
    setTimes(skipping);
    night(skipping, 2, 14);
    SmallFleet both = SmallFleet.of(root.resolve("fleet"), 1, 1);
    List.of("a", "b", "c").forEach(name -> both.engine(name, List.of("digest: both")));
    setTimes(both);
    night(both, 3, 14);

    assertThat(ranks(2, "REUSED")).isEmpty();
    assertThat(ranks(3, "REUSED")).isEmpty();
    night(both, 4, 14);
    assertThat(ranks(4, "REUSED")).hasSize(2);
  }

  /** Files are written anew for each description. */
  private static void setTimes(SmallFleet fleet) {
    for (String engine : fleet.engines()) {
      try {
        Files.setLastModifiedTime(fleet.shard(engine, 0, 0), FileTime.from(at(0)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void reusesNothingOfAnotherRelease() {
    SmallFleet fleet = fleet(2, "a", "b", "c");
    night(fleet, 1, 14);
    Path scans = out().resolve("scans");
    List<Row> rows = spark.read().parquet(scans.toString()).collectAsList();
    spark
        .createDataFrame(rows, spark.read().parquet(scans.toString()).schema())
        .withColumn("tool_version", functions.lit("0.1"))
        .write()
        .mode(SaveMode.Overwrite)
        .partitionBy("scan_date", "scan_id")
        .parquet(scans.toString());

    night(fleet, 2, 14);

    assertThat(ranks(2, "REUSED")).isEmpty();
  }
}
