package io.shardsum.history;

import io.shardsum.history.RetentionRules.Months;
import io.shardsum.tables.Compaction;
import io.shardsum.tables.GatheredScans;
import io.shardsum.tables.Leftover;
import io.shardsum.tables.Query;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.Scope;
import io.shardsum.tables.StoredScan;
import io.shardsum.tables.StoredScan.TensorRows;
import io.shardsum.tables.StoredScans;
import io.shardsum.tables.StoredSizes;
import io.shardsum.tables.TablesSession;
import io.shardsum.text.ForeignText;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Says which scans are old and wanted by nobody. The rules are in the SQL files under {@code
 * /sql/retention}, and those of {@code /sql/evidence}, by which scans find what they look for in
 * earlier ones.
 */
public final class Retention {

  private static final int MESSAGE_CODE_POINTS = 1_000;

  private static final StructType SCANS =
      StructType.fromDDL(
          "fleet STRING, number INT, scan_id STRING, started_at TIMESTAMP, began STRING,"
              + " settings STRING, is_whole BOOLEAN, is_old BOOLEAN, has_tensors BOOLEAN, in_future BOOLEAN");

  private final SparkSession session;
  private final String out;
  private final StoredScans stored;

  /**
   * Over the tables in a directory.
   *
   * @param session its views are not touched
   * @param stored what lies in that directory
   */
  public Retention(SparkSession session, String out, StoredScans stored) {
    this.session = session;
    this.out = out;
    this.stored = stored;
  }

  /**
   * Says what stays and what goes. Nothing is changed.
   *
   * @param fleet empty: of all fleets, and what scans have left that did not end, whose fleet
   *     nobody knows
   * @throws HistoryException if there is no scan, or no such fleet, or a newer Shardsum wrote it
   */
  public RetentionPlan plan(Optional<String> fleet, RetentionRules rules) {
    SparkSession own = HistorySession.of(session);
    FinishedScans finished = FinishedScans.in(own, out, new UnreadScans());
    GatheredScans gathered = finished.gathered();
    ScanRange all = new ScanRange.Last(Integer.MAX_VALUE);
    ChosenScans choice = new ChosenScans(finished.all(), rules.now());
    List<NumberedScans> fleets = choice.choose(Optional.empty(), all);
    List<NumberedScans> chosen = choice.choose(fleet, all);
    List<PastScan> scans = scans(fleets);
    finished.requireKnownSchema(scans);
    scans.forEach(scan -> requireName(scan.scanId()));
    TablesSession.fit(own, scans.stream().mapToLong(PastScan::ranks).sum());
    Map<String, StoredScan> places = new HashMap<>();
    StoredSizes sizes = stored.sizes(gathered);
    scans.forEach(scan -> places.put(scan.scanId(), sizes.scan(scan.date(), scan.scanId())));
    Map<String, Set<KeepReason>> reasons =
        reasons(own, fleets, rows(fleets, finished, places, rules), gathered);
    List<RetainedScan> retained = new ArrayList<>();
    for (PastScan scan : scans(chosen)) {
      List<KeepReason> why =
          reasons.getOrDefault(scan.scanId(), Set.of()).stream()
              .filter(r -> r != KeepReason.FIRST_OF_MONTH || rules.months() == Months.KEEP_FIRST)
              .sorted(Comparator.naturalOrder())
              .toList();
      retained.add(RetainedScan.of(scan, places.get(scan.scanId()), why, rules));
    }
    for (NumberedScans ofFleet : chosen) {
      for (PastScan scan : choice.inFuture(ofFleet.fleet())) {
        requireName(scan.scanId());
        StoredScan place = sizes.scan(scan.date(), scan.scanId());
        retained.add(RetainedScan.of(scan, place, List.of(KeepReason.IN_FUTURE), rules));
      }
    }
    List<Leftover> leftovers =
        fleet.isPresent() ? List.of() : stored.leftovers(rules.oldBefore(), gathered);
    return new RetentionPlan(retained, leftovers);
  }

  /**
   * Drops what goes, the oldest first. What cannot be dropped does not keep the rest.
   *
   * @return a line for each scan, leftover and month that could not be dropped, or written anew
   */
  public List<String> carryOut(RetentionPlan plan, Instant now) {
    List<String> faults = new ArrayList<>();
    List<RetainedScan> going = plan.dropTensors(stored, faults);
    if (!going.isEmpty()) {
      Set<String> names =
          going.stream().map(scan -> scan.scan().scanId()).collect(Collectors.toSet());
      List<String> stillGathered = Compaction.without(names, session, out, stored, now).faults();
      faults.addAll(stillGathered);
      if (stillGathered.isEmpty()) { // else the file that says that tensors are dropped must stay
        going.forEach(scan -> RetentionPlan.attempt(() -> stored.drop(scan.stored()), faults));
      }
    }
    plan.dropLeftovers(stored, faults);
    return faults;
  }

  /** What is no name of a scan would be a path elsewhere. */
  private void requireName(String scanId) {
    try {
      new ScanId(scanId);
    } catch (IllegalArgumentException e) {
      throw new HistoryException(
          ForeignText.shown(
              "Cannot read %s: %s".formatted(out, e.getMessage()), MESSAGE_CODE_POINTS));
    }
  }

  private static List<PastScan> scans(List<NumberedScans> fleets) {
    return fleets.stream().flatMap(fleet -> fleet.scans().stream()).toList();
  }

  private static List<Row> rows(
      List<NumberedScans> fleets,
      FinishedScans finished,
      Map<String, StoredScan> places,
      RetentionRules rules) {
    Map<String, String> settings = finished.settings();
    List<Row> rows = new ArrayList<>();
    for (NumberedScans fleet : fleets) {
      int number = 1;
      for (PastScan scan : fleet.scans()) {
        rows.add(
            RowFactory.create(
                scan.fleet(),
                number++,
                scan.scanId(),
                Timestamp.from(scan.startedAt()),
                scan.date().toString(),
                settings.get(scan.scanId()),
                scan.scope() == Scope.FLEET,
                rules.isOld(scan),
                places.get(scan.scanId()).tensorRows() == TensorRows.WHOLE,
                false));
      }
    }
    return rows;
  }

  private Map<String, Set<KeepReason>> reasons(
      SparkSession own, List<NumberedScans> fleets, List<Row> scans, GatheredScans gathered) {
    try (HistoryTables tables = HistoryTables.open(own, out, fleets, gathered)) {
      Dataset<Row> ofTables = tables.input(scans, SCANS);
      Function<String, Dataset<Row>> over =
          statement -> tables.once(Query.of(statement).with("scans", ofTables));
      Query kept =
          Query.of("retention/kept")
              .with("scans", ofTables)
              .with("current", over.apply("retention/current"))
              .with("engine_steps", tables.engineSteps(tables.rankSteps()))
              .with("last_verified", over.apply("evidence/last_verified"))
              .with("earlier_ranks", over.apply("evidence/earlier_ranks"));
      Map<String, Set<KeepReason>> reasons = new HashMap<>();
      for (Row row : tables.run(kept).collectAsList()) {
        reasons
            .computeIfAbsent(row.getAs("scan_id"), any -> EnumSet.noneOf(KeepReason.class))
            .add(KeepReason.valueOf(row.getAs("reason")));
      }
      return reasons;
    }
  }
}
