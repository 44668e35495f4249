package io.shardsum.report;

import io.shardsum.verdict.CoverageState;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * A row of {@code report/coverage.sql}: what is in one state.
 *
 * @param skippedBecause by which pattern, where the state is SKIPPED
 * @param tensors that were hashed, or skipped
 * @param bytes of these tensors
 * @param expectedBytes where a checkpoint says nothing of some tensors: of these ranks, what it
 *     says
 */
record ReportedPart(
    CoverageState state,
    Optional<String> skippedBecause,
    long engines,
    long ranks,
    long tensors,
    long bytes,
    long expectedBytes) {

  static ReportedPart of(Row row) {
    return new ReportedPart(
        CoverageState.valueOf(row.getAs("state")),
        Optional.ofNullable(row.getAs("skipped_because")),
        row.<Long>getAs("engines"),
        row.<Long>getAs("ranks"),
        row.<Long>getAs("tensors"),
        row.<Long>getAs("bytes"),
        row.<Long>getAs("expected_bytes"));
  }
}
