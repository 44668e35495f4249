package io.shardsum.report;

import io.shardsum.verdict.CoverageState;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * A row of {@code report/ranks.sql}.
 *
 * @param place ranks of one place, in engines of one comparison group, are copies of each other
 * @param status COMPLETE, MISSING, UNREADABLE or DUPLICATE
 * @param state how far it was checked
 */
record ReportedRank(
    EngineKey engine,
    int rank,
    int place,
    String status,
    CoverageState state,
    Optional<String> checksum,
    long tensors,
    long skipped,
    long bytes,
    Optional<String> reason) {

  static ReportedRank of(Row row) {
    return new ReportedRank(
        EngineKey.of(row),
        row.<Integer>getAs("rank"),
        row.<Integer>getAs("place"),
        row.getAs("status"),
        CoverageState.valueOf(row.getAs("state")),
        Optional.ofNullable(row.getAs("checksum")),
        row.<Long>getAs("tensors"),
        row.<Long>getAs("skipped"),
        Optional.ofNullable(row.<Long>getAs("bytes")).orElse(0L),
        Optional.ofNullable(row.getAs("reason")));
  }
}
