package io.shardsum.scan.live;

import io.shardsum.fleet.WeightSource;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/** What findings about running engines have in common: their cause, and how tensors are named. */
final class LiveWording {

  static final String OTHER_NAMES =
      "a release that reports other names, or an answer that lacks some";
  static final String OTHER_PROFILE = "an engine of another release than its profile";

  private static final int NAMES = 10;

  private LiveWording() {}

  static String leftOut(long count) {
    return counted(
        count,
        "is in the answer, but its profile leaves it out: not compared",
        "are in the answer, but their profile leaves them out: not compared");
  }

  static Finding notChecked(String engine, int rank, String cause, String sentence, String names) {
    return finding(
        FindingKind.NOT_CHECKED,
        Subject.rank(engine, rank),
        Comparison.NONE,
        Optional.of(cause),
        sentence + ": " + names);
  }

  static Finding finding(
      FindingKind kind,
      Subject subject,
      Comparison comparison,
      Optional<String> cause,
      String detail) {
    return new Finding(
        subject.from(WeightSource.LIVE),
        kind.name(),
        kind.severity(),
        comparison,
        Optional.of(cause.orElse(kind.cause())),
        Optional.empty(),
        detail);
  }

  static String counted(long count, String ofOne, String ofMany) {
    return tensors(count) + " " + (count == 1 ? ofOne : ofMany);
  }

  static String tensors(long count) {
    return count == 1 ? "1 tensor" : count + " tensors";
  }

  static String names(Row row) {
    List<Row> first = row.getList(row.fieldIndex("first"));
    return names(
        first.stream().map(tensor -> tensor.<String>getAs("key")).toList(),
        row.<Long>getAs("tensors"));
  }

  /** The first names, and how many more there are. */
  static String names(List<String> first, long count) {
    String shown = first.stream().limit(NAMES).collect(Collectors.joining(", "));
    return count > NAMES ? shown + " and " + (count - NAMES) + " more" : shown;
  }
}
