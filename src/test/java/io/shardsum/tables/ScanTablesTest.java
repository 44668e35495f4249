package io.shardsum.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.FleetScan;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.plan.Baseline;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.LyingFileSystem;
import io.shardsum.testing.LyingFileSystem.Fault;
import io.shardsum.testing.RecordingFileSystem;
import io.shardsum.testing.RecordingFileSystem.Change;
import io.shardsum.testing.RecordingFileSystem.Entry;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class ScanTablesTest {

  private static final String PARTITION = "scan_date=2026-11-23/scan_id=test";
  private static SparkSession spark;

  @TempDir Path root;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
    RecordingFileSystem.register(session.sparkContext().hadoopConfiguration());
  }

  @Test
  void changesNothingOutsideItsOwnDirectoriesAndScansLast() {
    SmallFleet fleet = fleet("a", "b");
    Path out = root.resolve("tables");

    scanRecorded(fleet, out);

    List<Entry> all = RecordingFileSystem.take(out);
    Entry last = all.get(all.size() - 1);
    assertThat(last).isEqualTo(new Entry(Change.DELETE, out + "/_running-test"));
    List<Entry> entries = all.subList(0, all.size() - 1);
    assertThat(entries)
        .filteredOn(entry -> entry.change() != Change.MAKE_DIRECTORY)
        .isNotEmpty()
        .allSatisfy(
            entry ->
                assertThat(entry.path())
                    .matches(
                        out
                            + "/(_canary-test|(tensors|ranks|engines|findings|scans)/"
                            + PARTITION
                            + ")(/.*)?"));
    assertThat(entries)
        .filteredOn(entry -> entry.change() == Change.MAKE_DIRECTORY)
        .allSatisfy(
            entry ->
                assertThat(entry.path())
                    .matches(
                        out
                            + "/(_canary-test|[a-z]+(/scan_date=2026-11-23|/"
                            + PARTITION
                            + "(/.*)?)?)"));
    List<Entry> afterScansBegan =
        entries.stream()
            .dropWhile(entry -> !entry.path().startsWith(out + "/scans/" + PARTITION))
            .filter(entry -> !entry.path().equals(out + "/tensors/" + PARTITION + "/_waves"))
            .toList();
    assertThat(afterScansBegan)
        .isNotEmpty()
        .allSatisfy(entry -> assertThat(entry.path()).startsWith(out + "/scans/"));
  }

  @Test
  void takesAwayTheRowInScansBeforeAnythingElseOfTheEarlierScan() {
    SmallFleet fleet = fleet("a");
    Path out = root.resolve("tables");
    scanRecorded(fleet, out);
    RecordingFileSystem.take(out);

    scanRecorded(fleet, out);

    assertThat(RecordingFileSystem.take(out))
        .filteredOn(entry -> entry.change() == Change.DELETE)
        .first()
        .isEqualTo(new Entry(Change.DELETE, out + "/scans/" + PARTITION));
  }

  @Test
  void areLeftUncommittedAndOneLineSaysWhyWhereTheDiskIsFull() {
    LyingFileSystem.register(spark.sparkContext().hadoopConfiguration(), Fault.FULL_AT_FINDINGS);
    String out = LyingFileSystem.uri(root.resolve("tables"));
    ScanRequest request =
        new ScanRequest(fleet("a", "b").inventory(), out, new ScanId("test"), Landed.STARTED_AT);

    assertThatThrownBy(() -> new FleetScan(spark, request, ScanProgress.NONE).run())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("Cannot write to " + out + ": No space left on device");
    assertThat(root.resolve("tables/scans")).isDirectoryNotContaining("glob:**.parquet");
  }

  private static void scanRecorded(SmallFleet fleet, Path out) {
    ScanRequest request =
        new ScanRequest(
            fleet.inventory(), "recorded:" + out, new ScanId("test"), Landed.STARTED_AT);
    new FleetScan(spark, request, ScanProgress.NONE).run();
  }

  @Test
  void replacesTheWholeEarlierScanOfThatNameAlsoOnAnotherDate() {
    Path out = root.resolve("tables");
    Landed.of(spark, fleet("a", "b").inventory(), out, "other", Landed.STARTED_AT);
    Landed.of(spark, fleet("a", "b").inventory(), out, "nightly", Landed.STARTED_AT);

    Landed later =
        Landed.of(
            spark,
            fleet("c").inventory(),
            out,
            "nightly",
            Landed.STARTED_AT.plus(Duration.ofDays(1)));

    for (ScanTable table : ScanTable.values()) {
      assertThat(later.rows(table, "scan_id = 'nightly' AND scan_date <> DATE '2026-11-24'"))
          .as("rows of the earlier scan in %s", table)
          .isEmpty();
      if (table != ScanTable.FINDINGS) {
        assertThat(later.rows(table, "scan_id = 'other'"))
            .as("rows of the scan of another name in %s", table)
            .isNotEmpty();
      }
    }
    assertThat(later.rows(ScanTable.ENGINES, "scan_id = 'nightly'"))
        .extracting(row -> row.<String>getAs("engine"))
        .containsExactly("c");
  }

  @Test
  void leavesNoRowInScansWhenItDoesNotEndAndIsReplacedByTheNextOfItsName() {
    SmallFleet fleet = fleet("a", "b");
    Path out = root.resolve("tables");
    Landed.of(spark, fleet.inventory(), out, "earlier", Landed.STARTED_AT);
    ScanRequest killed =
        new ScanRequest(fleet.inventory(), out.toString(), new ScanId("killed"), Landed.STARTED_AT);
    ScanProgress kill =
        new ScanProgress() {
          @Override
          public void readingEnds() {
            throw new IllegalStateException("killed");
          }
        };

    assertThatThrownBy(() -> new FleetScan(spark, killed, kill).run())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("killed");

    assertThat(Landed.rows(spark, out, ScanTable.TENSORS, "scan_id = 'killed'")).isNotEmpty();
    assertThat(Landed.rows(spark, out, ScanTable.SCANS, "true"))
        .extracting(row -> row.<String>getAs("scan_id"))
        .containsExactly("earlier");

    Landed again = Landed.of(spark, fleet.inventory(), out, "killed", Landed.STARTED_AT);

    assertThat(again.rows(ScanTable.TENSORS, "scan_id = 'killed'"))
        .hasSameSizeAs(again.rows(ScanTable.TENSORS, "scan_id = 'earlier'"));
    assertThat(again.rows(ScanTable.SCANS)).hasSize(2);
  }

  @Test
  void doesNotDisturbAnotherScanAtTheSameTime() throws Exception {
    SmallFleet fleet = fleet("a", "b", "c");
    Path out = root.resolve("tables");
    ExecutorService threads = Executors.newFixedThreadPool(2);
    List<Landed> scans = new ArrayList<>();
    try {
      List<Future<Landed>> running = new ArrayList<>();
      for (String id : List.of("one", "two")) {
        running.add(
            threads.submit(() -> Landed.of(spark, fleet.inventory(), out, id, Landed.STARTED_AT)));
      }
      for (Future<Landed> scan : running) {
        scans.add(scan.get());
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(scans.get(0).summary().files().ranks())
        .isEqualTo(scans.get(1).summary().files().ranks());
    assertThat(scans.get(0).summary().files().engines())
        .isEqualTo(scans.get(1).summary().files().engines());
    for (ScanTable table : ScanTable.values()) {
      List<Row> one = scans.get(0).rows(table, "scan_id = 'one'");
      assertThat(one).hasSameSizeAs(scans.get(0).rows(table, "scan_id = 'two'"));
    }
  }

  @Test
  void hasTheColumnsThatTheTableDeclares() {
    Path out = root.resolve("tables");
    Landed.of(spark, fleet("a", "b").inventory(), out);

    for (ScanTable table : ScanTable.values()) {
      assertThat(spark.read().parquet(out.resolve(table.tableName()).toString()).schema().fields())
          .as(table.tableName())
          .extracting(field -> field.name() + " " + field.dataType().sql())
          .startsWith(
              table.columns().stream()
                  .map(column -> column.name() + " " + DataType.fromDDL(column.type()).sql())
                  .toArray(String[]::new))
          .hasSize(table.columns().size() + 2);
    }
  }

  @Test
  void saysThatItsRowsComeFromFiles() {
    Landed scan = Landed.of(spark, fleet("a", "b").inventory(), root.resolve("tables"));

    for (ScanTable table : List.of(ScanTable.TENSORS, ScanTable.RANKS, ScanTable.ENGINES)) {
      assertThat(scan.rows(table))
          .isNotEmpty()
          .allSatisfy(row -> assertThat(row.<String>getAs("source")).isEqualTo("FILES"));
    }
    assertThat(scan.rows(ScanTable.SCANS))
        .extracting(row -> row.<Integer>getAs("schema_version"))
        .containsExactly(ScanTable.SCHEMA_VERSION);
  }

  @Test
  void takesScansOfTheFirstVersionForThoseOfFiles() {
    SmallFleet fleet = fleet("a", "b");
    Path out = root.resolve("tables");
    Landed.of(spark, fleet.inventory(), root.resolve("now"), "old", Landed.STARTED_AT);
    for (ScanTable table : ScanTable.values()) {
      String partition = table.tableName() + "/scan_date=2026-11-23/scan_id=old";
      spark
          .read()
          .parquet(root.resolve("now").resolve(partition).toString())
          .drop("source")
          .write()
          .parquet(out.resolve(partition).toString());
    }
    ScanRequest request =
        new ScanRequest(
                fleet.inventory(),
                out.toString(),
                new ScanId("new"),
                Landed.STARTED_AT.plus(Duration.ofDays(1)))
            .comparedWith(Optional.of(Baseline.parse("old/a")));

    ScanSummary summary = new FleetScan(spark, request, ScanProgress.NONE).run();

    assertThat(summary.verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(
            FinishedScan.open(spark, out.toString(), Optional.of(new ScanId("old")))
                .engines(WeightSource.FILES))
        .extracting(EngineResult::engine)
        .containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void writesAsManyFilesAsItsRowsNeedNotOneForEachTask() {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 8, 2);
    for (int engine = 0; engine < 4; engine++) {
      fleet.engine("e" + engine);
    }

    Landed scan = Landed.of(spark, fleet.inventory(), root.resolve("tables"));

    assertThat(scan.rows(ScanTable.TENSORS)).hasSize(4 * 8 * 2 * 7);
    for (ScanTable table : ScanTable.values()) {
      assertThat(Landed.parquetFiles(scan.out().resolve(table.tableName())))
          .as("files of %s", table)
          .hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void landsInADirectoryWhoseNameLooksLikeAGlob() {
    SmallFleet fleet = fleet("a", "b");
    Path out = root.resolve("o[u]t {x,y} *?");

    Landed scan = Landed.of(spark, fleet.inventory(), out);

    assertThat(scan.summary().verdict()).isEqualTo(Verdict.EQUAL);
    assertThat(Landed.parquetFiles(out)).isNotEmpty();
    assertThat(root.resolve("o[u]t {x,y} *?")).isDirectory();
  }

  @Test
  void saysThatATableCannotBeWrittenBeforeItReadsAnything() throws IOException {
    SmallFleet fleet = fleet("a");
    Path out = root.resolve("tables");
    Files.createDirectories(out);
    Files.writeString(out.resolve("findings"), "in the way");
    List<String> read = new ArrayList<>();
    ScanProgress progress =
        new ScanProgress() {
          @Override
          public void readingBegins(long totalBytes) {
            read.add("began");
          }
        };
    ScanRequest request =
        new ScanRequest(fleet.inventory(), out.toString(), new ScanId("x"), Landed.STARTED_AT);

    assertThatThrownBy(() -> new FleetScan(spark, request, progress).run())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("Cannot write to " + out + ": ")
        .hasMessageContaining("findings");
    assertThat(read).isEmpty();
  }

  @Test
  void saysInOneLineThatATableCannotBeWrittenAnyMore() throws IOException {
    SmallFleet fleet = fleet("a");
    Path out = root.resolve("tables");
    ScanProgress progress =
        new ScanProgress() {
          @Override
          public void readingEnds() {
            try {
              Files.delete(out.resolve("ranks"));
              Files.writeString(out.resolve("ranks"), "in the way");
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    ScanRequest request =
        new ScanRequest(fleet.inventory(), out.toString(), new ScanId("x"), Landed.STARTED_AT);

    assertThatThrownBy(() -> new FleetScan(spark, request, progress).run())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("Cannot write to " + out + ": ")
        .hasMessageContaining("ranks")
        .message()
        .doesNotContain("\n");
  }

  private SmallFleet fleet(String... engines) {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet-of-" + engines.length), 2, 1);
    for (String engine : engines) {
      fleet.engine(engine);
    }
    return fleet;
  }
}
