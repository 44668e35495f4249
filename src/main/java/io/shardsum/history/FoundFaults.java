package io.shardsum.history;

import io.shardsum.tables.FindingRow;
import io.shardsum.tables.Query;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.TensorName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The faults of fleets over time: what the statements about findings say. */
final class FoundFaults {

  /** What is about no engine comes last. */
  private static final Comparator<FindingHistory> ORDER =
      Comparator.comparing((FindingHistory fault) -> fault.finding().engine().isEmpty())
          .thenComparing(fault -> fault.finding().engine().orElse(""))
          .thenComparing(fault -> fault.finding().rank().orElse(-1))
          .thenComparing(fault -> fault.finding().kind())
          .thenComparing(fault -> fault.finding().tensor().map(TensorName::key).orElse(""))
          .thenComparing(fault -> fault.finding().location().orElse(""))
          .thenComparing(FindingHistory::fingerprint);

  private record Key(String fleet, String fingerprint) {}

  private final HistoryTables tables;
  private final Dataset<Row> rankSteps;
  private final Map<String, NumberedScans> fleets;

  FoundFaults(HistoryTables tables, Dataset<Row> rankSteps, Map<String, NumberedScans> fleets) {
    this.tables = tables;
    this.rankSteps = rankSteps;
    this.fleets = fleets;
  }

  /** By fleet. */
  Map<String, List<FindingHistory>> read() {
    Dataset<Row> steps =
        tables.once(tables.ofScans("history/finding_steps").with("rank_steps", rankSteps));
    Map<Key, List<Row>> byFault = new HashMap<>();
    for (Row row : steps.collectAsList()) {
      byFault.computeIfAbsent(key(row), any -> new ArrayList<>()).add(row);
    }
    Map<Key, Map<Integer, Finding>> found = found(steps);
    Map<String, List<FindingHistory>> histories = new HashMap<>();
    byFault.forEach(
        (key, rows) ->
            histories
                .computeIfAbsent(key.fleet(), any -> new ArrayList<>())
                .add(history(key, rows, found.get(key))));
    histories.values().forEach(faults -> faults.sort(ORDER));
    return histories;
  }

  private static Key key(Row row) {
    return new Key(row.getAs("fleet"), row.getAs("fingerprint"));
  }

  /** By fault and number of scan; where a scan says it twice, the first by its wording. */
  private Map<Key, Map<Integer, Finding>> found(Dataset<Row> steps) {
    Query query = tables.ofScans("history/found").with("finding_steps", steps);
    Map<Key, Map<Integer, Finding>> found = new HashMap<>();
    for (Row row : tables.run(query).collectAsList()) {
      found
          .computeIfAbsent(key(row), any -> new HashMap<>())
          .merge(
              row.<Integer>getAs("number"),
              FindingRow.finding(row),
              (one, other) -> one.detail().compareTo(other.detail()) <= 0 ? one : other);
    }
    return found;
  }

  private FindingHistory history(Key key, List<Row> rows, Map<Integer, Finding> found) {
    NumberedScans scans = fleets.get(key.fleet());
    List<Row> ordered =
        rows.stream().sorted(Comparator.comparing(row -> row.<Integer>getAs("number"))).toList();
    Row last = ordered.get(ordered.size() - 1);
    return new FindingHistory(
        key.fingerprint(),
        found.get(last.<Integer>getAs("last_seen")),
        scans.numbered(last, "first_seen").orElseThrow(),
        scans.numbered(last, "last_seen").orElseThrow(),
        Math.toIntExact(last.<Long>getAs("times_seen")),
        ordered.stream()
            .map(
                row ->
                    new FindingHistory.Step(
                        scans.numbered(row, "number").orElseThrow(),
                        FindingState.valueOf(row.getAs("state"))))
            .toList());
  }
}
