package io.shardsum.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.history.RetentionRules.Months;
import io.shardsum.tables.Compaction;
import io.shardsum.tables.Compaction.Month;
import io.shardsum.tables.EarlierScans;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.StoredScans;
import io.shardsum.tables.TableViews;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Six nights of two engines, n1 to n6, from the 29th of October 2026 on: three in each month. From
 * the fourth on they differ. A scan of the fifth night did not end.
 */
@ExtendWith(LocalSpark.class)
class CompactionTest {

  private static final Instant FIRST = Instant.parse("2026-10-29T02:00:00Z");
  private static final YearMonth OCTOBER = YearMonth.of(2026, 10);
  private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
  private static final Duration PAST_GRACE = Duration.ofHours(13);
  private static final List<String> TABLES =
      List.of("scans", "engines", "ranks", "findings", "tensors");
  private static final List<String> GATHERED = List.of("scans", "engines", "ranks", "findings");

  @TempDir Path out;
  private SparkSession spark;

  @BeforeEach
  void write(SparkSession session) {
    spark = session;
    Nights nights = new Nights();
    for (int night = 1; night <= 6; night++) {
      scan(night, "n" + night, nights);
    }
    nights.unfinished("crashed", at(5), engines(5)).write(spark, out);
  }

  private static Instant at(int night) {
    return FIRST.plus(Duration.ofDays(night - 1));
  }

  private static List<Engine> engines(int night) {
    return List.of(
        Engine.of("x", "acme/chat", "1", "v", "v"),
        Engine.of("y", "acme/chat", "1", "v", night < 4 ? "v" : "flipped"));
  }

  private static void scan(int night, String scanId, Nights nights) {
    Finding wrong =
        Finding.of(
            FindingKind.DAMAGED,
            Subject.rank("y", 1),
            Comparison.of("v", "flipped"),
            Optional.empty(),
            "1 tensor has other bytes");
    nights.scan(
        "prod",
        scanId,
        at(night),
        engines(night),
        night < 4 ? new Finding[0] : new Finding[] {wrong});
  }

  private StoredScans stored() {
    return new StoredScans(out.toString(), spark.sparkContext().hadoopConfiguration());
  }

  private Compaction.Outcome gather(Instant now) {
    Compaction.Outcome outcome = Compaction.gather(spark, out.toString(), stored(), now);
    assertThat(outcome.faults()).isEmpty();
    return outcome;
  }

  /** What the views of scans show. */
  private List<String> read() {
    return rows(EarlierScans.open(spark, out.toString())::view);
  }

  private List<String> readByAdHocSql() {
    SparkSession views = spark.newSession();
    views.conf().set("spark.sql.shuffle.partitions", "1");
    TableViews.statements(out.toString(), TableViews.Dialect.SPARK).forEach(views::sql);
    return rows(views::table);
  }

  private static List<String> rows(Function<String, Dataset<Row>> view) {
    return TABLES.stream()
        .map(
            table ->
                view.apply(table).selectExpr("'" + table + "' AS t", "to_json(struct(*)) AS row"))
        .reduce(Dataset::union)
        .orElseThrow()
        .collectAsList()
        .stream()
        .map(row -> row.mkString(" ").replaceFirst("\"schema_version\":\\d+", ""))
        .sorted()
        .toList();
  }

  private List<FleetHistory> history() {
    return new History(spark, out.toString(), ThirtyNights.AFTER)
        .histories(Optional.empty(), new ScanRange.Last(100));
  }

  /** The partitions of the tables that are gathered, as {@code scans/2026-10-29/n1}. */
  private List<String> partitions() {
    try (Stream<Path> files = Files.walk(out)) {
      return files
          .filter(file -> file.toString().endsWith(".parquet"))
          .map(file -> out.relativize(file.getParent()).toString())
          .map(path -> path.replaceAll("scan_date=|scan_id=", ""))
          .filter(path -> !path.startsWith("tensors"))
          .distinct()
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> gatherings() {
    return partitions().stream()
        .filter(place -> place.contains("_month"))
        .map(place -> place.replaceAll("-[0-9a-f]{8}$", ""))
        .toList();
  }

  @Test
  void ofTwoAtOnceOneGathersEachScanOnce() throws Exception {
    List<String> before = read();
    ExecutorService pool = Executors.newFixedThreadPool(2);
    Callable<Compaction.Outcome> gathering =
        () -> Compaction.gather(spark, out.toString(), stored(), Instant.now());
    int added = 0;
    for (Future<Compaction.Outcome> outcome : pool.invokeAll(List.of(gathering, gathering))) {
      added += outcome.get().months().stream().mapToInt(Month::added).sum();
      assertThat(outcome.get().faults())
          .allSatisfy(fault -> assertThat(fault).startsWith("Cannot gather scans: another "));
    }
    pool.shutdown();
    assertThat(added).isEqualTo(6);
    assertThat(read()).isEqualTo(before);
    assertThat(out.resolve("_gathering")).doesNotExist();
  }

  @Test
  void gathersEachMonthAndReadersSeeWhatTheySawBefore() {
    List<String> before = read();
    List<FleetHistory> history = history();
    List<String> own = partitions();
    assertThat(readByAdHocSql()).isEqualTo(before);

    assertThat(gather(Instant.now()).months())
        .containsExactly(new Month(OCTOBER, 3, 3), new Month(NOVEMBER, 3, 3));

    assertThat(gatherings())
        .containsExactlyInAnyOrderElementsOf(
            GATHERED.stream()
                .flatMap(
                    table ->
                        Stream.of(
                            table + "/2026-10-01/_month-2026-10-000001",
                            table + "/2026-11-01/_month-2026-11-000001"))
                .toList());
    assertThat(partitions()).as("who reads the scans' own files goes on").containsAll(own);
    assertThat(read()).isEqualTo(before);
    assertThat(readByAdHocSql()).isEqualTo(before);
    assertThat(gather(Instant.now())).isEqualTo(new Compaction.Outcome(List.of(), 0, List.of()));

    assertThat(gather(Instant.now().plus(PAST_GRACE)).removed()).isEqualTo(6);

    assertThat(partitions())
        .filteredOn(place -> !place.contains("_month"))
        .containsExactly("engines/2026-11-02/crashed", "ranks/2026-11-02/crashed");
    assertThat(read()).isEqualTo(before);
    assertThat(readByAdHocSql()).isEqualTo(before);
    assertThat(history()).isEqualTo(history);
  }

  @Test
  void writesAMonthAnewForItsNextScan() {
    gather(Instant.now());
    Nights next = new Nights();
    scan(7, "n7", next);
    next.write(spark, out);
    List<String> before = read();

    assertThat(gather(Instant.now().plus(PAST_GRACE)))
        .isEqualTo(new Compaction.Outcome(List.of(new Month(NOVEMBER, 4, 1)), 6, List.of()));

    assertThat(gatherings())
        .contains(
            "scans/2026-11-01/_month-2026-11-000001", "scans/2026-11-01/_month-2026-11-000002");
    assertThat(read()).isEqualTo(before);

    assertThat(gather(Instant.now().plus(PAST_GRACE)).removed()).isEqualTo(2);

    assertThat(partitions())
        .filteredOn(place -> place.startsWith("scans"))
        .satisfiesExactly(
            october -> assertThat(october).contains("_month-2026-10-000001"),
            november -> assertThat(november).contains("_month-2026-11-000002"));
    assertThat(read()).isEqualTo(before);
  }

  @Test
  void killedBeforeItsLastFileIsSeenByNobody() throws IOException {
    List<String> before = read();
    gather(Instant.now());
    for (String place : partitions()) {
      if (place.matches("scans/.*/_month-2026-11.*")) {
        delete(
            out.resolve(place.replaceFirst("/", "/scan_date=").replaceFirst("/_", "/scan_id=_")));
      }
    }

    assertThat(read()).isEqualTo(before);

    assertThat(gather(Instant.now().plus(PAST_GRACE)).months())
        .containsExactly(new Month(NOVEMBER, 3, 3));
    assertThat(read()).isEqualTo(before);
    RetentionPlan plan =
        plan(
            new RetentionRules(
                Instant.now().plus(Duration.ofDays(2)), 1, OptionalInt.empty(), Months.KEEP_NONE));
    assertThat(plan.leftovers())
        .extracting(leftover -> leftover.name().replaceAll("-[0-9a-f]{8}$", ""))
        .containsExactly(
            "scan_date=2026-11-01/scan_id=_month-2026-11-000001",
            "scan_date=2026-11-02/scan_id=crashed");
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  private Retention retention() {
    return new Retention(spark, out.toString(), stored());
  }

  private RetentionPlan plan(RetentionRules rules) {
    return retention().plan(Optional.empty(), rules);
  }

  @Test
  void scansThatRetentionDropsLeaveTheirMonth() {
    gather(Instant.now());
    gather(Instant.now().plus(PAST_GRACE));
    RetentionRules rules = new RetentionRules(at(7), 1, OptionalInt.of(1), Months.KEEP_NONE);
    RetentionPlan plan = plan(rules);
    assertThat(plan.scans())
        .filteredOn(scan -> scan.fate() == RetainedScan.Fate.ALL_GOES)
        .extracting(scan -> scan.scan().scanId())
        .containsExactlyInAnyOrder("n1", "n2", "n5");
    assertThat(plan.scans())
        .allSatisfy(scan -> assertThat(scan.stored().otherBytes()).isPositive());

    assertThat(retention().carryOut(plan, Instant.now())).isEmpty();

    assertThat(plan(rules).scans())
        .extracting(scan -> scan.scan().scanId())
        .containsExactly("n3", "n4", "n6");
    assertThat(read()).noneMatch(row -> row.matches("(?s).*\"scan_id\":\"n[125]\".*"));
    assertThat(gather(Instant.now().plus(PAST_GRACE)).removed()).isEqualTo(2);

    Set<String> october = Set.of("n3");
    assertThat(Compaction.without(october, spark, out.toString(), stored(), Instant.now()).faults())
        .isEmpty();
    assertThat(gatherings()).noneMatch(place -> place.contains("2026-10"));
  }

  @Test
  void aScanBegunLaterUnderTheNameOfAGatheredOneReplacesIt() {
    gather(Instant.now());
    gather(Instant.now().plus(PAST_GRACE));
    Nights again = new Nights();
    again.scan("prod", "n2", at(2).plusSeconds(3_600), engines(2).subList(0, 1)).write(spark, out);

    List<String> after = read();

    assertThat(after)
        .filteredOn(row -> row.startsWith("engines") && row.contains("\"scan_id\":\"n2\""))
        .hasSize(1);
    gather(Instant.now());
    assertThat(read()).isEqualTo(after);
  }

  @Test
  void aNameThatComesBackInALaterMonthIsOfOneScan() {
    gather(Instant.now());
    gather(Instant.now().plus(PAST_GRACE));
    Compaction.forget(new ScanId("n2"), spark, out.toString(), stored(), at(6));
    assertThat(read())
        .noneMatch(row -> row.contains("\"scan_id\":\"n2\"") && row.startsWith("scans"));
    Nights again = new Nights();
    again.scan("prod", "n2", at(6).plusSeconds(3_600), engines(6)).write(spark, out);

    List<String> after = read();

    assertThat(after)
        .filteredOn(row -> row.startsWith("engines") && row.contains("\"scan_id\":\"n2\""))
        .hasSize(2);
    gather(Instant.now());
    gather(Instant.now().plus(PAST_GRACE));
    assertThat(read()).isEqualTo(after);
  }

  /** As an older Shardsum writes it, which does not know of gatherings. */
  @Test
  void ofTwoScansOfANameInTwoMonthsTheLaterCounts() {
    gather(Instant.now());
    gather(Instant.now().plus(PAST_GRACE));
    Nights again = new Nights();
    again.scan("prod", "n2", at(6).plusSeconds(3_600), engines(6)).write(spark, out);
    List<String> after = read();

    gather(Instant.now());

    assertThat(read()).isEqualTo(after);
    gather(Instant.now().plus(PAST_GRACE));
    assertThat(read()).isEqualTo(after);
  }
}
