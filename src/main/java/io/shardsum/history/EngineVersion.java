package io.shardsum.history;

import io.shardsum.fleet.WeightSource;
import io.shardsum.tables.EngineResult;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * What an engine held over an unbroken run of scans: a row of the view {@code engine_versions}.
 *
 * @param source of its checksum: FILES or LIVE
 * @param host where it was asked, or on whose disks its files lie; empty: nobody said it
 * @param ranks which ones it is about, as {@code 0-7}
 * @param status COMPLETE, or INCOMPLETE: what it held is not known
 * @param content the checksum of these ranks; empty where INCOMPLETE
 * @param revision the described revision of verified copies that held the same; empty: none
 * @param describedRevision what the description said of the engine, in the run's last scan
 * @param seenFrom when the first scan of the run began
 * @param seenTo when its last one did; empty as long as the newest scan found the same
 * @param scans how many found it
 * @param change how it stands to what was known before; empty where INCOMPLETE
 * @param evidence of files: COMPUTED by the run's last scan, or REUSED
 */
public record EngineVersion(
    String engine,
    WeightSource source,
    Optional<String> host,
    String ranks,
    EngineResult.Status status,
    Optional<String> content,
    Optional<String> revision,
    Optional<String> describedRevision,
    Instant seenFrom,
    Optional<Instant> seenTo,
    long scans,
    Optional<Change> change,
    Optional<String> evidence) {

  /** How content stands to what an engine held before. */
  public enum Change {
    /** Nothing is known of before. */
    FIRST,
    /** All ranks changed, with what is described. */
    PLANNED,
    /** It changed, and nobody described that. */
    UNPLANNED,
    /** What was right is there again. */
    RESTORED,
    /** The same as before a scan that did not see it, or not all of it. */
    UNCHANGED,
    /** No scan before hashed it in the same way. */
    NOT_COMPARABLE
  }

  static EngineVersion of(Row row) {
    return new EngineVersion(
        row.getAs("engine"),
        WeightSource.valueOf(row.getAs("source")),
        text(row, "host"),
        row.getAs("ranks"),
        EngineResult.Status.valueOf(row.getAs("status")),
        text(row, "content"),
        text(row, "revision"),
        text(row, "described_revision"),
        row.<Timestamp>getAs("seen_from").toInstant(),
        Optional.ofNullable(row.<Timestamp>getAs("seen_to")).map(Timestamp::toInstant),
        row.<Long>getAs("scans"),
        text(row, "change").map(Change::valueOf),
        text(row, "evidence"));
  }

  private static Optional<String> text(Row row, String column) {
    return Optional.ofNullable(row.getAs(column));
  }
}
