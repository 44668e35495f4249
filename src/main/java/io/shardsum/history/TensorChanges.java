package io.shardsum.history;

import io.shardsum.tables.Query;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Counts the tensors that changed in ranks that did, reading no scans and engines but theirs. */
final class TensorChanges {

  private static final StructType COLUMNS =
      StructType.fromDDL(
          "change INT, side STRING, scan_id STRING, engine STRING, source STRING, rank INT");

  private final HistoryTables tables;
  private final List<Row> rows = new ArrayList<>();
  private final List<Integer> stepOfChange = new ArrayList<>();
  private final Map<Integer, Integer> ranksOfStep = new HashMap<>();
  private final Set<PastScan> scans = new HashSet<>();
  private final Set<String> engines = new HashSet<>();

  TensorChanges(HistoryTables tables) {
    this.tables = tables;
  }

  /** Adds a rank that changed in a step, since an earlier scan. */
  void add(int stepIndex, EngineStep step, int rank, PastScan before) {
    int change = stepOfChange.size();
    stepOfChange.add(stepIndex);
    ranksOfStep.merge(stepIndex, 1, Integer::sum);
    String source = step.source().name();
    rows.add(RowFactory.create(change, "BEFORE", before.scanId(), step.engine(), source, rank));
    rows.add(RowFactory.create(change, "AFTER", step.scan().scanId(), step.engine(), source, rank));
    scans.add(before);
    scans.add(step.scan());
    engines.add(step.engine());
  }

  /** By the step's index; a step has none where the rows of one of its ranks are not all there. */
  Map<Integer, TensorChange> byStep() {
    Map<Integer, TensorChange> changes = new HashMap<>();
    if (rows.isEmpty() || !tables.viewTensors(scans, engines)) {
      return changes;
    }
    Query query =
        Query.of("history/tensor_changes").with("changed_ranks", tables.input(rows, COLUMNS));
    Map<Integer, Integer> ranksRead = new HashMap<>();
    for (Row row : tables.run(query).collectAsList()) {
      int step = stepOfChange.get(row.<Integer>getAs("change"));
      changes.merge(step, change(row), TensorChange::plus);
      ranksRead.merge(step, 1, Integer::sum);
    }
    changes.keySet().removeIf(step -> !ranksRead.get(step).equals(ranksOfStep.get(step)));
    return changes;
  }

  private static TensorChange change(Row row) {
    return new TensorChange(
        row.<Long>getAs("changed"),
        row.<Long>getAs("added"),
        row.<Long>getAs("removed"),
        row.<Long>getAs("bytes"),
        row.getAs("first_key"));
  }
}
