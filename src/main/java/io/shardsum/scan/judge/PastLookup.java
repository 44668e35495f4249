package io.shardsum.scan.judge;

import io.shardsum.scan.files.BrokenFile;
import io.shardsum.tables.EarlierScans;
import io.shardsum.text.ForeignText;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.Severity;
import io.shardsum.verdict.Subject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/**
 * What a scan looks up in earlier scans. None of it is needed: an earlier scan that cannot be read
 * is left out, and a note says so.
 */
public final class PastLookup {

  /** A note: an earlier scan could not be read, and was not asked. */
  static final String KIND = "EARLIER_SCAN_UNREADABLE";

  private static final int MESSAGE_CODE_POINTS = 1_000;
  private static final int MOST_SCANS_LEFT_OUT = 20;

  private final SparkSession session;
  private final String out;
  private final Map<String, String> leftOut = new LinkedHashMap<>();
  private Optional<EarlierScans> scans = Optional.empty();
  private boolean ended;

  /** Looks nothing up before it is asked to. */
  public PastLookup(SparkSession session, String out) {
    this.session = session;
    this.out = out;
  }

  /**
   * Asks the earlier scans, without those that cannot be read.
   *
   * @param otherwise the answer where none of them can
   */
  public <T> T ask(Function<EarlierScans, T> question, Supplier<T> otherwise) {
    while (!ended) {
      try {
        if (scans.isEmpty()) {
          scans = Optional.of(EarlierScans.open(session, out, leftOut.keySet()));
        }
        return question.apply(scans.get());
      } catch (Exception e) { // Spark throws checked exceptions, too, and declares none
        leaveOut(e);
      }
    }
    return otherwise.get();
  }

  private void leaveOut(Exception e) {
    scans = Optional.empty();
    Optional<BrokenFile> file = BrokenFile.in(e);
    Optional<String> scan = file.flatMap(BrokenFile::scanId).filter(id -> !leftOut.containsKey(id));
    if (scan.isPresent() && leftOut.size() < MOST_SCANS_LEFT_OUT) {
      leftOut.put(
          scan.get(), "earlier scan %s is left out: %s".formatted(scan.get(), reason(file, e)));
    } else {
      ended = true;
      leftOut.put("", "earlier scans are left out: " + reason(file, e));
    }
  }

  private static String reason(Optional<BrokenFile> file, Exception e) {
    return file.map(BrokenFile::message)
        .orElseGet(
            () ->
                ForeignText.shown(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    MESSAGE_CODE_POINTS));
  }

  /** A note for each scan that was asked and cannot be read. */
  public List<Finding> notes() {
    return leftOut.values().stream()
        .map(
            detail ->
                new Finding(
                    Subject.EVERYBODY,
                    KIND,
                    Severity.INFO,
                    Comparison.NONE,
                    Optional.empty(),
                    Optional.empty(),
                    detail))
        .toList();
  }
}
