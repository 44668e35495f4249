package io.shardsum.tables;

import io.shardsum.fleet.WeightSource;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * A row of the table {@code engines}.
 *
 * @param source where its ranks were found
 * @param group engines with the same one are compared with each other
 * @param missingRanks of a running engine those that it did not report
 * @param checksum present only where every expected rank has a checksum
 * @param reported the engine's own digest, where it gives one
 * @param storages where its files lie, by role, as JSON: engines with the same are one copy; empty
 *     of a running engine, and where the tables do not say it
 * @param bytes what was hashed; 0 of a running engine, which does not say it
 * @param host where a running engine was asked, or on whose disks files lie, with commas between;
 *     empty where the description names no hosts
 * @param version the release of a running engine, as far as its answer says it
 * @param fetchedAt when a running engine was asked
 */
public record EngineResult(
    WeightSource source,
    String engine,
    Optional<String> model,
    Optional<String> revision,
    String group,
    int expectedRanks,
    int hashedRanks,
    int missingRanks,
    Optional<String> checksum,
    Optional<String> reported,
    Optional<String> storages,
    long bytes,
    Optional<String> host,
    Optional<String> version,
    Optional<Instant> fetchedAt) {

  /** Whether all of an engine is known: the column {@code status} of the table {@code engines}. */
  public enum Status {
    /** Every expected rank has a checksum. */
    COMPLETE,
    /** Some expected rank has none. */
    INCOMPLETE;

    /** That of an engine with this checksum, if it has one. */
    public static Status of(Optional<String> checksum) {
      return checksum.isPresent() ? COMPLETE : INCOMPLETE;
    }
  }

  /** An engine of the views of finished scans. */
  public static EngineResult of(Row row) {
    return new EngineResult(
        WeightSource.valueOf(row.getAs("source")),
        row.getAs("engine"),
        Optional.ofNullable(row.getAs("model")),
        Optional.ofNullable(row.getAs("revision")),
        row.getAs("comparison_group"),
        row.<Integer>getAs("expected_ranks"),
        row.<Integer>getAs("hashed_ranks"),
        row.<Integer>getAs("missing_ranks"),
        Optional.ofNullable(row.getAs("checksum")),
        Optional.ofNullable(row.getAs("reported")),
        Optional.ofNullable(row.getAs("storages")),
        row.isNullAt(row.fieldIndex("bytes")) ? 0 : row.<Long>getAs("bytes"),
        Optional.ofNullable(row.getAs("host")),
        Optional.ofNullable(row.getAs("engine_version")),
        Optional.ofNullable(row.<Timestamp>getAs("fetched_at")).map(Timestamp::toInstant));
  }

  /** Whether all of it is known. */
  public Status status() {
    return Status.of(checksum);
  }

  /** Whether every expected rank has a checksum. */
  public boolean isComplete() {
    return status() == Status.COMPLETE;
  }
}
