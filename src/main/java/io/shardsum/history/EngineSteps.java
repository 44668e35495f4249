package io.shardsum.history;

import io.shardsum.fleet.WeightSource;
import io.shardsum.history.EngineStep.Declared;
import io.shardsum.tables.Query;
import io.shardsum.verdict.CoverageState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The steps of engines: what the statements about them say, and what changed in their tensors. */
final class EngineSteps {

  private record Key(String fleet, String engine, WeightSource source) {}

  private final HistoryTables tables;
  private final Dataset<Row> rankSteps;
  private final Map<String, NumberedScans> fleets;

  EngineSteps(HistoryTables tables, Dataset<Row> rankSteps, Map<String, NumberedScans> fleets) {
    this.tables = tables;
    this.rankSteps = rankSteps;
    this.fleets = fleets;
  }

  /** By fleet, and in it by engine and time. */
  Map<String, List<EngineHistory>> read() {
    Dataset<Row> engineSteps = tables.engineSteps(rankSteps);
    Query absences = tables.ofScans("history/absences").with("engine_steps", engineSteps);
    List<Row> rows =
        Stream.concat(
                engineSteps.where("shown").collectAsList().stream(),
                tables.run(absences).collectAsList().stream())
            .sorted(
                Comparator.comparing((Row row) -> row.<String>getAs("fleet"))
                    .thenComparing(row -> row.<String>getAs("engine"))
                    .thenComparing(row -> WeightSource.valueOf(row.getAs("source")))
                    .thenComparing(row -> row.<Integer>getAs("number")))
            .toList();
    List<EngineStep> steps = withTensors(rows);
    Map<Key, List<EngineStep>> byEngine = new LinkedHashMap<>();
    for (EngineStep step : steps) {
      Key key = new Key(step.scan().fleet(), step.engine(), step.source());
      byEngine.computeIfAbsent(key, any -> new ArrayList<>()).add(step);
    }
    Map<String, List<EngineHistory>> histories = new HashMap<>();
    byEngine.forEach(
        (key, ofEngine) ->
            histories
                .computeIfAbsent(key.fleet(), any -> new ArrayList<>())
                .add(new EngineHistory(key.engine(), key.source(), ofEngine)));
    return histories;
  }

  private List<EngineStep> withTensors(List<Row> rows) {
    TensorChanges changes = new TensorChanges(tables);
    List<EngineStep> steps = new ArrayList<>(rows.size());
    for (Row row : rows) {
      NumberedScans scans = fleets.get(row.<String>getAs("fleet"));
      EngineStep step = step(row, scans);
      for (Row rank : row.<Row>getList(row.fieldIndex("changed"))) {
        changes.add(
            steps.size(),
            step,
            rank.<Integer>getAs("rank"),
            scans.numbered(rank, "number_before").orElseThrow());
      }
      steps.add(step);
    }
    changes.byStep().forEach((index, change) -> steps.set(index, steps.get(index).with(change)));
    return steps;
  }

  private static EngineStep step(Row row, NumberedScans scans) {
    List<Row> changed = row.getList(row.fieldIndex("changed"));
    List<Integer> off = row.getList(row.fieldIndex("off_ranks"));
    return new EngineStep(
        scans.numbered(row, "number").orElseThrow(),
        row.getAs("engine"),
        WeightSource.valueOf(row.getAs("source")),
        EngineState.valueOf(row.getAs("state")),
        scans.numbered(row, "number_before"),
        new Declared(
            text(row, "model"),
            text(row, "revision"),
            row.getAs("comparison_group"),
            text(row, "model_before"),
            text(row, "revision_before")),
        row.<Integer>getAs("expected_ranks"),
        row.<Integer>getAs("hashed_ranks"),
        text(row, "checksum"),
        row.<Long>getAs("bytes"),
        changed.stream().map(rank -> rank.<Integer>getAs("rank")).toList(),
        row.getList(row.fieldIndex("drifted_ranks")),
        Optional.empty(),
        text(row, "worst").map(CoverageState::valueOf),
        scans.numbered(row, "first_seen").orElseThrow(),
        scans.numbered(row, "last_right"),
        scans.numbered(row, "off_since").map(since -> new Drift(since, off)));
  }

  private static Optional<String> text(Row row, String column) {
    return Optional.ofNullable(row.getAs(column));
  }
}
