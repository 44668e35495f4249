package io.shardsum.report;

import io.shardsum.verdict.CoverageState;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * A row of {@code report/engines.sql} with its ranks.
 *
 * @param host where it was asked, or on whose disks its files lie
 * @param status COMPLETE or INCOMPLETE
 * @param lastVerifiedAt the beginning of the last scan that verified all ranks
 * @param verifiedWithin day, week, 4 weeks, longer, different (verified before, and different now)
 *     or never
 * @param agreement what it agrees with, in the words of the scan's summary; empty where it is
 *     incomplete
 * @param ranks in numeric order
 */
record ReportedEngine(
    EngineKey key,
    Optional<String> model,
    Optional<String> revision,
    Optional<String> host,
    String group,
    int expectedRanks,
    int hashedRanks,
    int missingRanks,
    String status,
    Optional<String> checksum,
    long bytes,
    Optional<Instant> lastVerifiedAt,
    String verifiedWithin,
    Optional<String> agreement,
    List<ReportedRank> ranks) {

  /** An engine is in the state of its worst rank. */
  static final List<CoverageState> WORST_FIRST =
      List.of(
          CoverageState.DIFFERENT,
          CoverageState.MISSING,
          CoverageState.UNREADABLE,
          CoverageState.UNKNOWN,
          CoverageState.HASHED_ONLY,
          CoverageState.VERIFIED);

  static ReportedEngine of(Row row, List<ReportedRank> ranks) {
    return new ReportedEngine(
        EngineKey.of(row),
        Optional.ofNullable(row.getAs("model")),
        Optional.ofNullable(row.getAs("revision")),
        Optional.ofNullable(row.getAs("host")),
        row.getAs("comparison_group"),
        row.<Integer>getAs("expected_ranks"),
        row.<Integer>getAs("hashed_ranks"),
        row.<Integer>getAs("missing_ranks"),
        row.getAs("status"),
        Optional.ofNullable(row.getAs("checksum")),
        Optional.ofNullable(row.<Long>getAs("bytes")).orElse(0L),
        Optional.ofNullable(row.<Timestamp>getAs("last_verified_at")).map(Timestamp::toInstant),
        Optional.ofNullable(row.<String>getAs("verified_within")).orElse("never"),
        Optional.ofNullable(row.getAs("agreement")),
        List.copyOf(ranks));
  }

  /** The state of its worst rank. */
  CoverageState state() {
    return WORST_FIRST.stream()
        .filter(state -> ranks.stream().anyMatch(rank -> rank.state() == state))
        .findFirst()
        .orElse(CoverageState.HASHED_ONLY);
  }
}
