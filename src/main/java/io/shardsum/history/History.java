package io.shardsum.history;

import io.shardsum.scan.TablesSession;
import io.shardsum.text.ForeignText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** Reads the history of fleets out of their tables. */
public final class History {

  private static final int MOST_ATTEMPTS = 5;
  private static final int MESSAGE_CODE_POINTS = 1_000;

  private final SparkSession session;
  private final String out;

  /**
   * The history of the tables in a directory.
   *
   * @param session its views are not touched: history has a session of its own
   * @param out any Hadoop file system
   */
  public History(SparkSession session, String out) {
    this.session = session;
    this.out = out;
  }

  /**
   * Reads a range of scans. The same tables give the same result, in the same order.
   *
   * @param fleet empty: of each fleet that has scans in the range
   * @return by the fleet's name, at least one
   * @throws HistoryException if there is no such fleet or scan, or a newer Shardsum wrote it
   * @throws UncheckedIOException if the tables cannot be read, or do not stand still
   */
  public List<FleetHistory> of(Optional<String> fleet, ScanRange range) {
    SparkSession own = HistorySession.of(session);
    for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      FinishedScans finished = FinishedScans.in(own, out);
      List<NumberedScans> chosen = new ChosenScans(finished.all()).of(fleet, range);
      List<PastScan> scans = chosen.stream().flatMap(of -> of.scans().stream()).toList();
      finished.requireKnownSchema(scans);
      TablesSession.fit(own, scans.stream().mapToLong(PastScan::ranks).sum());
      Optional<List<FleetHistory>> read = read(own, chosen, finished, scans);
      if (read.isPresent()) {
        return read.get();
      }
    }
    throw new UncheckedIOException(
        new IOException(
            "Cannot read the tables in %s: %s times, scans were replaced meanwhile"
                .formatted(
                    ForeignText.shown(out, MESSAGE_CODE_POINTS), Integer.toString(MOST_ATTEMPTS))));
  }

  /** Empty if a scan was replaced, or removed, meanwhile. */
  private Optional<List<FleetHistory>> read(
      SparkSession own, List<NumberedScans> chosen, FinishedScans finished, List<PastScan> scans) {
    try (HistoryTables tables = new HistoryTables(own, out, chosen)) {
      tables.requireRanks();
      List<FleetHistory> read = new HistoryReader(tables, chosen).read();
      return finished.stillHave(scans) ? Optional.of(read) : Optional.empty();
    } catch (Exception e) { // Spark throws checked exceptions, too, and declares none
      if (finished.stillHave(scans)) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
