package io.shardsum.tables;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;

import io.shardsum.io.FailureReason;
import io.shardsum.text.ForeignText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Gathers the rows of finished scans, so that who reads many scans opens few files: see {@link
 * GatheredScans}. A gathering is written anew whenever its month gets another scan, or loses one.
 *
 * <p>Nobody sees a gathering before its last file is written, that in {@code scans}; from then on
 * what it replaces counts no more. That stays for a while, for those who have begun to read it; the
 * next gathering after that removes it. What a killed one has left is a {@link Leftover}.
 */
public final class Compaction {

  /** Nobody reads tables for longer. */
  static final Duration GRACE = Duration.ofHours(12);

  private static final List<ScanTable> OTHERS =
      List.of(ScanTable.FINDINGS, ScanTable.ENGINES, ScanTable.RANKS);

  private static final String WRITTEN = "written_at";
  private static final String DATE = "scan_date";
  private static final String SCAN = "scan_id";
  private static final int MESSAGE_CODE_POINTS = 1_000;

  private final SparkSession session;
  private final Path out;
  private final StoredScans stored;
  private final Instant now;
  private final ScanClaim claim;
  private final List<Row> landed;
  private final GatheredScans gathered;
  private final List<String> faults = new ArrayList<>();

  /**
   * A month.
   *
   * @param scans how many of its scans are gathered now
   * @param added how many of them were not before
   */
  public record Month(YearMonth month, int scans, int added) {}

  /**
   * What was done.
   *
   * @param months those that were written anew
   * @param removed how many scans and gatherings went that counted no more
   * @param faults a line for each month, or removal, that could not be done
   */
  public record Outcome(List<Month> months, int removed, List<String> faults) {

    /** Copies the lists. */
    public Outcome {
      months = List.copyOf(months);
      faults = List.copyOf(faults);
    }
  }

  private Compaction(
      SparkSession session, String out, StoredScans stored, Instant now, ScanClaim claim) {
    this.claim = claim;
    this.session = TablesSession.of(session);
    this.out = new Path(out);
    this.stored = stored;
    this.now = now;
    this.landed =
        files(ScanTable.SCANS)
            .selectExpr("*", "_metadata.file_modification_time AS " + WRITTEN)
            .collectAsList();
    if (landed.isEmpty()) {
      throw noScan(out);
    }
    this.gathered = GatheredScans.of(landed);
    TablesSession.fit(
        this.session, landed.stream().mapToLong(row -> row.<Integer>getAs("ranks")).sum());
  }

  /**
   * Gathers all finished scans, and removes what counts no more.
   *
   * @param now says for how long
   * @throws ReferenceException if no scan was finished there
   */
  public static Outcome gather(SparkSession session, String out, StoredScans stored, Instant now) {
    return alone(
        session,
        out,
        stored,
        now,
        compaction -> {
          int removed = compaction.removeReplaced();
          return new Outcome(compaction.months(row -> true, Set.of()), removed, compaction.faults);
        });
  }

  /** Takes scans out of the gatherings, and adds none. */
  public static Outcome without(
      Set<String> scanIds, SparkSession session, String out, StoredScans stored, Instant now) {
    return alone(
        session,
        out,
        stored,
        now,
        compaction ->
            new Outcome(compaction.months(compaction::isGathered, scanIds), 0, compaction.faults));
  }

  /** While another gathers, nothing is done, which is a fault. */
  private static Outcome alone(
      SparkSession session,
      String out,
      StoredScans stored,
      Instant now,
      Function<Compaction, Outcome> work) {
    if (!stored.haveTables()) {
      throw noScan(out);
    }
    try (ScanClaim claim =
        ScanClaim.ofGatherings(
            tables(out, now), now, session.sparkContext().hadoopConfiguration())) {
      return work.apply(new Compaction(session, out, stored, now, claim));
    } catch (ClaimedScanException e) {
      return new Outcome(List.of(), 0, List.of(e.getMessage()));
    }
  }

  private static ReferenceException noScan(String out) {
    return new ReferenceException("No finished scan in " + out);
  }

  private static ScanTables tables(String out, Instant now) {
    return ScanTables.of(out, new ScanId("compaction"), now);
  }

  /**
   * Takes the scan out of the gatherings whose name another one gets: it counts no more as soon as
   * that one begins, which then writes the same directories of tensors.
   *
   * @param startedAt when the scan begins that gets the name
   * @throws UncheckedIOException if its month cannot be written anew
   */
  public static void forget(
      ScanId scanId, SparkSession session, String out, StoredScans stored, Instant startedAt) {
    if (scanId.isOf(startedAt) || !stored.haveGatherings()) {
      return;
    }
    List<String> faults = without(Set.of(scanId.text()), session, out, stored, startedAt).faults();
    if (!faults.isEmpty()) {
      String why =
          "Cannot use the name %s of a gathered scan again: %s"
              .formatted(scanId.text(), faults.get(0));
      throw new UncheckedIOException(why, new IOException(why));
    }
  }

  private boolean isGathered(Row scan) {
    return gathered.gathering(scan.getAs(SCAN)).isPresent();
  }

  private Dataset<Row> files(ScanTable table) {
    return WholeFiles.reader(session)
        .schema(GatheredScans.withScan(table.schema(), "date"))
        .parquet(new Path(out, table.tableName()).toString());
  }

  /**
   * Removes gatherings that a newer one has replaced, and what gathered scans have in directories
   * of their own, both a while after that.
   */
  private int removeReplaced() {
    Map<String, Instant> written = new TreeMap<>();
    Set<String> inOldGatherings = new HashSet<>();
    for (Row row : landed) {
      String name = row.getAs(SCAN);
      Instant at = row.<Timestamp>getAs(WRITTEN).toInstant();
      if (GatheredScans.isGathering(name)) {
        written.put(name, at);
        if (isPastGrace(at)) {
          inOldGatherings.add(row.getAs(GatheredScans.OF_SCAN));
        }
      }
    }
    Set<ScanPartition> gone = new TreeSet<>(Comparator.comparing(ScanPartition::toString));
    for (Row row : landed) {
      String name = row.getAs(SCAN);
      boolean isReplaced =
          GatheredScans.isGathering(name)
              ? written.entrySet().stream()
                  .anyMatch(
                      other ->
                          isOfSameMonth(other.getKey(), name)
                              && other.getKey().compareTo(name) > 0
                              && isPastGrace(other.getValue()))
              : gathered.gathering(name).isPresent() && inOldGatherings.contains(name);
      if (isReplaced) {
        gone.add(new ScanPartition(row.getAs(DATE).toString(), name));
      }
    }
    return (int) gone.stream().filter(this::isRemoved).count();
  }

  private boolean isPastGrace(Instant written) {
    return written.isBefore(now.minus(GRACE));
  }

  private static boolean isOfSameMonth(String gathering, String other) {
    return GatheredScans.month(gathering).equals(GatheredScans.month(other));
  }

  private boolean isRemoved(ScanPartition partition) {
    try {
      claim.requireHeld();
      stored.removeReplaced(partition);
      return true;
    } catch (UncheckedIOException e) {
      faults.add(e.getMessage());
      return false;
    }
  }

  /**
   * Writes the months anew that change.
   *
   * @param wanted which of the scans that count are gathered
   * @param gone scans that are not
   */
  private List<Month> months(Predicate<Row> wanted, Set<String> gone) {
    Map<YearMonth, Set<String>> scans = new TreeMap<>();
    Set<YearMonth> changed = new TreeSet<>();
    Map<YearMonth, Integer> newer = new TreeMap<>();
    for (Row scan : counted()) {
      String scanId = scan.getAs(SCAN);
      YearMonth month = YearMonth.from(scan.<Date>getAs(DATE).toLocalDate());
      boolean stays = !gone.contains(scanId);
      if (isGathered(scan) && !isKnown(scan)) {
        newer.put(month, scan.getAs("schema_version"));
      }
      if (stays && wanted.test(scan) && isKnown(scan)) {
        scans.computeIfAbsent(month, any -> new TreeSet<>()).add(scanId);
      }
      if (isGathered(scan) ? !stays : scans.getOrDefault(month, Set.of()).contains(scanId)) {
        changed.add(month);
      }
    }
    List<Month> written = new ArrayList<>();
    for (YearMonth month : changed) {
      Set<String> ofMonth = scans.getOrDefault(month, Set.of());
      if (newer.containsKey(month)) {
        faults.add(
            "Cannot gather the scans of %s in %s: expected schema version %s at most, found %s: a newer Shardsum has gathered them"
                .formatted(month, out, ScanTable.SCHEMA_VERSION, newer.get(month)));
        continue;
      }
      try {
        if (ofMonth.isEmpty()) {
          claim.requireHeld();
          gatherings(month).stream().map(GatheredScans::place).forEach(stored::removeGathering);
        } else {
          write(month, ofMonth);
        }
        long before = ofMonth.stream().filter(id -> gathered.gathering(id).isPresent()).count();
        written.add(new Month(month, ofMonth.size(), ofMonth.size() - (int) before));
      } catch (Exception e) { // Spark throws checked exceptions, too, and declares none
        faults.add(
            ForeignText.shown(
                "Cannot gather the scans of %s in %s: %s".formatted(month, out, why(e)),
                MESSAGE_CODE_POINTS));
      }
    }
    return written;
  }

  private List<Row> counted() {
    return gathered
        .counted(session.createDataFrame(landed, landed.get(0).schema()))
        .collectAsList();
  }

  /** What a newer Shardsum has written may have columns that would be lost. */
  private static boolean isKnown(Row scan) {
    return scan.<Integer>getAs("schema_version") <= ScanTable.SCHEMA_VERSION;
  }

  /** Those of a month, the oldest first. */
  private List<String> gatherings(YearMonth month) {
    return landed.stream()
        .map(row -> row.<String>getAs(SCAN))
        .filter(name -> GatheredScans.isOf(month, name))
        .distinct()
        .sorted()
        .toList();
  }

  private void write(YearMonth month, Set<String> scanIds) {
    int last = gatherings(month).stream().mapToInt(GatheredScans::number).max().orElse(0);
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    ScanPartition place = GatheredScans.place(GatheredScans.name(month, last + 1, random));
    ScanTables tables = tables(out.toString(), now);
    for (ScanTable table : OTHERS) {
      tables.write(place.in(out, table), of(scanIds, files(table)).coalesce(1));
    }
    claim.requireHeld();
    tables.writeFew(
        place.in(out, ScanTable.SCANS),
        of(scanIds, files(ScanTable.SCANS))
            .withColumn(
                "schema_version",
                greatest(col("schema_version"), lit(GatheredScans.SCHEMA_VERSION))));
  }

  private Dataset<Row> of(Set<String> scanIds, Dataset<Row> files) {
    return gathered
        .countedOf(scanIds, files)
        .drop(GatheredScans.LANDED_IN)
        .withColumnRenamed(DATE, GatheredScans.OF_DATE)
        .withColumnRenamed(SCAN, GatheredScans.OF_SCAN);
  }

  private static String why(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException ioException) {
        return FailureReason.of(ioException);
      }
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
