package io.shardsum.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.tables.Scope;
import io.shardsum.tables.Verdict;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import org.apache.spark.sql.Row;

/**
 * A scan that was finished: a row of the table {@code scans}.
 *
 * @param date the day, in UTC, on which it began
 * @param digest of all its engines, with commas
 * @param verdict EQUAL, DIFFERENT or INCOMPLETE
 */
public record PastScan(
    String scanId,
    String fleet,
    LocalDate date,
    Instant startedAt,
    Instant finishedAt,
    String digest,
    String verdict,
    Scope scope,
    int engines,
    int ranks,
    long tensors,
    long bytes) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Clocks of hosts may differ by this much. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(10);

  /** Whether it may be without a finding. */
  boolean foundNothing() {
    return verdict.equals(Verdict.EQUAL.name());
  }

  /** Whether it is dated later than now: the clock of the host that wrote it was wrong. */
  boolean isInFuture(Instant now) {
    return startedAt.isAfter(now.plus(CLOCKS_DIFFER));
  }

  static PastScan of(Row row) {
    return new PastScan(
        row.getAs("scan_id"),
        row.getAs("fleet"),
        row.<java.sql.Date>getAs("scan_date").toLocalDate(),
        row.<Timestamp>getAs("started_at").toInstant(),
        row.<Timestamp>getAs("finished_at").toInstant(),
        row.getAs("digest"),
        row.getAs("verdict"),
        scope(row.getAs("settings")),
        row.<Integer>getAs("engines"),
        row.<Integer>getAs("ranks"),
        row.<Long>getAs("tensors"),
        row.<Long>getAs("bytes"));
  }

  /** Scans of before that was recorded looked at all engines, as far as one knows. */
  private static Scope scope(String settings) {
    try {
      JsonNode word = JSON.readTree(settings).path(Scope.SETTING);
      return Arrays.stream(Scope.values())
          .filter(scope -> scope.word().equals(word.asText()))
          .findFirst()
          .orElse(Scope.FLEET);
    } catch (JsonProcessingException e) {
      return Scope.FLEET;
    }
  }
}
