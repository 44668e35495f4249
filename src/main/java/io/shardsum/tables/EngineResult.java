package io.shardsum.tables;

import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * A row of the table {@code engines}.
 *
 * @param checksum present only where every expected rank has a checksum
 * @param storages where its files lie, by role, as JSON: engines with the same are one copy; empty
 *     of a running engine, and where the tables do not tell it
 * @param bytes what was hashed; 0 of a running engine, which does not tell it
 */
public record EngineResult(
    String engine,
    Optional<String> model,
    Optional<String> revision,
    String group,
    int expectedRanks,
    int hashedRanks,
    int missingRanks,
    Optional<String> checksum,
    Optional<String> storages,
    long bytes) {

  public static EngineResult of(Row row) {
    return new EngineResult(
        row.getAs("engine"),
        Optional.ofNullable(row.getAs("model")),
        Optional.ofNullable(row.getAs("revision")),
        row.getAs("comparison_group"),
        row.<Integer>getAs("expected_ranks"),
        row.<Integer>getAs("hashed_ranks"),
        row.<Integer>getAs("missing_ranks"),
        Optional.ofNullable(row.getAs("checksum")),
        Optional.ofNullable(row.getAs("storages")),
        row.isNullAt(row.fieldIndex("bytes")) ? 0 : row.<Long>getAs("bytes"));
  }

  /** Whether every expected rank was hashed. */
  public boolean isComplete() {
    return checksum.isPresent();
  }
}
