package io.shardsum.tables;

import io.shardsum.fleet.WeightSource;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.RankStatus;
import io.shardsum.verdict.Subject;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * A row of the table {@code ranks}.
 *
 * @param source where the rank was found
 * @param status of files COMPLETE, MISSING, UNREADABLE, DUPLICATE or NOT_CHECKED; of a running
 *     engine COMPLETE, PARTIAL (some tensors were not hashed, or all are skipped) or UNKNOWN
 * @param checksum present only where the rank is COMPLETE
 * @param reported the engine's own digest of the rank, where it gives one
 * @param tensors how many tensors have a checksum
 * @param skipped how many tensors were left out by a pattern
 * @param bytes how many bytes were hashed; 0 of a running engine, which does not say it
 * @param reason why the rank is not COMPLETE
 * @param readBytes how many of these bytes were read in this scan
 * @param hashedAt when the scan began that computed the oldest of its digests; empty of a running
 *     engine, and where nothing is known of the rank
 */
public record RankResult(
    WeightSource source,
    String engine,
    int rank,
    RankStatus status,
    Optional<String> checksum,
    Optional<String> reported,
    long tensors,
    long skipped,
    long bytes,
    Optional<String> reason,
    long readBytes,
    Optional<Instant> hashedAt) {

  /** A rank in files. */
  public static RankResult of(Row row) {
    return new RankResult(
        WeightSource.FILES,
        row.getAs("engine"),
        row.<Integer>getAs("rank"),
        RankStatus.valueOf(row.getAs("status")),
        Optional.ofNullable(row.getAs("checksum")),
        Optional.empty(),
        row.<Long>getAs("tensors"),
        row.<Long>getAs("skipped"),
        row.<Long>getAs("bytes"),
        Optional.ofNullable(row.getAs("reason")),
        row.<Long>getAs("read_bytes"),
        Optional.ofNullable(row.<Timestamp>getAs("hashed_at")).map(Timestamp::toInstant));
  }

  /** Whether nothing is left of it but what is skipped. */
  public boolean isSkipped() {
    return tensors == 0 && skipped > 0 && status == RankStatus.PARTIAL;
  }

  /** Whether the running engine reported it, in part at least. */
  public boolean isKnown() {
    return status != RankStatus.UNKNOWN;
  }

  /** What is said of a rank that is not COMPLETE. */
  public Finding finding() {
    FindingKind kind =
        switch (status) {
          case MISSING -> FindingKind.MISSING_RANK;
          case DUPLICATE -> FindingKind.DUPLICATE_RANK;
          case NOT_CHECKED -> FindingKind.NOT_CHECKED;
          default -> FindingKind.UNREADABLE;
        };
    return Finding.of(
        kind,
        Subject.rank(engine, rank),
        Comparison.of(RankStatus.COMPLETE.name(), status.name()),
        Optional.empty(),
        reason.orElse(""));
  }
}
