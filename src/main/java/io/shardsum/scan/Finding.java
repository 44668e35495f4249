package io.shardsum.scan;

import java.util.Optional;
import org.apache.spark.sql.Row;

/** A row of the table {@code findings}, as far as summaries use it. */
public record Finding(
    Optional<String> engine,
    Optional<Integer> rank,
    String kind,
    String severity,
    Optional<String> votes,
    Optional<String> location,
    String detail) {

  static Finding of(Row row) {
    return new Finding(
        Optional.ofNullable(row.getAs("engine")),
        Optional.ofNullable(row.getAs("rank")),
        row.getAs("kind"),
        row.getAs("severity"),
        Optional.ofNullable(row.getAs("votes")),
        Optional.ofNullable(row.getAs("location")),
        row.getAs("detail"));
  }

  /** Whether it is said for information only: nothing is left unchecked. */
  public boolean isInformational() {
    return severity.equals("info");
  }

  /** Whether copies differ. */
  public boolean isSplit() {
    return kind.equals("SPLIT");
  }
}
