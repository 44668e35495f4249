package io.shardsum.tables;

import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * A row of the table {@code ranks}.
 *
 * @param status COMPLETE, MISSING, UNREADABLE, DUPLICATE or NOT_CHECKED
 * @param checksum present only where the rank is COMPLETE
 * @param tensors how many tensors were hashed
 * @param skipped how many tensors were left out by a pattern
 * @param bytes how many bytes were hashed
 * @param reason why the rank is not COMPLETE
 */
public record RankResult(
    String engine,
    int rank,
    String status,
    Optional<String> checksum,
    long tensors,
    long skipped,
    long bytes,
    Optional<String> reason) {

  public static RankResult of(Row row) {
    return new RankResult(
        row.getAs("engine"),
        row.<Integer>getAs("rank"),
        row.getAs("status"),
        Optional.ofNullable(row.getAs("checksum")),
        row.<Long>getAs("tensors"),
        row.<Long>getAs("skipped"),
        row.<Long>getAs("bytes"),
        Optional.ofNullable(row.getAs("reason")));
  }

  /** What is said of a rank that is not COMPLETE. */
  public Finding finding() {
    FindingKind kind =
        switch (status) {
          case "MISSING" -> FindingKind.MISSING_RANK;
          case "DUPLICATE" -> FindingKind.DUPLICATE_RANK;
          case "NOT_CHECKED" -> FindingKind.NOT_CHECKED;
          default -> FindingKind.UNREADABLE;
        };
    return Finding.of(
        kind,
        Subject.rank(engine, rank),
        Comparison.of("COMPLETE", status),
        Optional.empty(),
        reason.orElse(""));
  }
}
