package io.shardsum.history;

import io.shardsum.exit.JobFault;
import io.shardsum.tables.TablesSession;
import io.shardsum.text.ForeignText;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** Reads the history of fleets out of their tables. */
public final class History {

  private static final ScanRange ALL = new ScanRange.Last(Integer.MAX_VALUE);
  private static final Comparator<EngineVersion> ORDER =
      Comparator.comparing(EngineVersion::engine)
          .thenComparing(EngineVersion::seenFrom)
          .thenComparing(EngineVersion::source)
          .thenComparing(EngineVersion::ranks);

  private static final int MOST_ATTEMPTS = 5;
  private static final int MESSAGE_CODE_POINTS = 1_000;

  private final SparkSession session;
  private final String out;
  private final Clock clock;

  /**
   * The history of the tables in a directory.
   *
   * @param session its views are not touched: history has a session of its own
   * @param out any Hadoop file system
   */
  public History(SparkSession session, String out) {
    this(session, out, Clock.systemUTC());
  }

  /**
   * The same, as of the time that a clock tells.
   *
   * @param clock scans that are dated later than it says are left out
   */
  public History(SparkSession session, String out, Clock clock) {
    this.session = session;
    this.out = out;
    this.clock = clock;
  }

  /**
   * Reads a range of scans. The same tables give the same result, in the same order.
   *
   * @param fleet empty: of each fleet that has scans in the range
   * @return by the fleet's name, at least one
   * @throws HistoryException if there is no such fleet or scan, or a newer Shardsum wrote it
   * @throws UncheckedIOException if the tables cannot be read
   * @throws JobFault if scans are replaced all the time
   */
  public List<FleetHistory> histories(Optional<String> fleet, ScanRange range) {
    return read(
        fleet, range, (tables, scans, leftOut) -> new HistoryReader(tables, scans, leftOut).read());
  }

  /**
   * Reads what engines held over all scans.
   *
   * @param fleet empty: of each fleet
   * @return by the fleet's name, at least one
   * @throws HistoryException if there is no such fleet, or a newer Shardsum wrote it
   * @throws UncheckedIOException if the tables cannot be read
   * @throws JobFault if scans are replaced all the time
   */
  public List<FleetVersions> versions(Optional<String> fleet) {
    return read(fleet, ALL, History::versions);
  }

  private static List<FleetVersions> versions(
      HistoryTables tables,
      List<NumberedScans> fleets,
      Function<String, List<LeftOutScan>> leftOut) {
    Map<String, List<EngineVersion>> versions =
        tables.engineVersions().collectAsList().stream()
            .collect(
                Collectors.groupingBy(
                    row -> row.<String>getAs("fleet"),
                    Collectors.mapping(EngineVersion::of, Collectors.toList())));
    return fleets.stream()
        .map(NumberedScans::fleet)
        .map(
            fleet ->
                new FleetVersions(
                    fleet,
                    versions.getOrDefault(fleet, List.of()).stream().sorted(ORDER).toList(),
                    leftOut.apply(fleet)))
        .toList();
  }

  /** What is made of the tables of chosen scans, one result for each fleet. */
  @FunctionalInterface
  private interface Reading<T> {
    List<T> read(
        HistoryTables tables,
        List<NumberedScans> fleets,
        Function<String, List<LeftOutScan>> leftOut);
  }

  private <T> List<T> read(Optional<String> fleet, ScanRange range, Reading<T> reading) {
    try {
      return readAnew(fleet, range, reading);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) { // Spark throws checked exceptions, too, and declares none
      throw new IllegalStateException(e);
    }
  }

  private <T> List<T> readAnew(Optional<String> fleet, ScanRange range, Reading<T> reading)
      throws Exception {
    SparkSession own = HistorySession.of(session);
    UnreadScans unread = new UnreadScans();
    for (int attempt = 1; attempt <= MOST_ATTEMPTS; ) {
      try {
        Optional<List<T>> read = read(own, fleet, range, unread, reading);
        if (read.isPresent()) {
          return read.get();
        }
        attempt++;
      } catch (Exception e) { // as above
        unread.add(e);
      }
    }
    throw new JobFault(
        "Cannot read the tables in %s: in %s attempts, scans were replaced while they were read: try again when no scan is running"
            .formatted(
                ForeignText.shown(out, MESSAGE_CODE_POINTS), Integer.toString(MOST_ATTEMPTS)));
  }

  /** Empty if a scan was replaced, or removed, meanwhile. */
  private <T> Optional<List<T>> read(
      SparkSession own,
      Optional<String> fleet,
      ScanRange range,
      UnreadScans unread,
      Reading<T> reading)
      throws Exception {
    FinishedScans finished = FinishedScans.in(own, out, unread);
    List<PastScan> all = finished.all();
    ChosenScans choice = new ChosenScans(all, clock.instant());
    List<NumberedScans> chosen = unread.without(choice.choose(fleet, range), range);
    unread.requireOlder(chosen, session.sparkContext().hadoopConfiguration());
    List<PastScan> scans = chosen.stream().flatMap(of -> of.scans().stream()).toList();
    finished.requireKnownSchema(scans);
    TablesSession.fit(own, scans.stream().mapToLong(PastScan::ranks).sum());
    try (HistoryTables tables = HistoryTables.open(own, out, chosen, finished.gathered())) {
      tables.requireRows();
      List<T> read =
          reading.read(
              tables,
              chosen,
              name ->
                  Stream.concat(unread.leftOut(all, name).stream(), choice.leftOut(name).stream())
                      .toList());
      return finished.stillHave(scans) ? Optional.of(read) : Optional.empty();
    } catch (Exception e) { // as above
      if (finished.stillHave(scans)) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
