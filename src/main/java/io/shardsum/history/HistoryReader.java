package io.shardsum.history;

import io.shardsum.fleet.WeightSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Runs the statements in order, and makes results of their rows. */
final class HistoryReader {

  private final HistoryTables tables;
  private final List<NumberedScans> chosen;
  private final Function<String, List<LeftOutScan>> leftOut;
  private final Map<String, NumberedScans> byFleet = new HashMap<>();

  /**
   * Reads some fleets.
   *
   * @param leftOut the scans of a fleet that are not looked at
   */
  HistoryReader(
      HistoryTables tables,
      List<NumberedScans> chosen,
      Function<String, List<LeftOutScan>> leftOut) {
    this.leftOut = leftOut;
    this.tables = tables;
    this.chosen = chosen;
    chosen.forEach(scans -> byFleet.put(scans.fleet(), scans));
  }

  List<FleetHistory> read() {
    Dataset<Row> rankSteps = tables.rankSteps();
    Map<String, List<RankStep>> ranks = ranks(rankSteps);
    Map<String, List<EngineHistory>> engines = new EngineSteps(tables, rankSteps, byFleet).read();
    Map<String, List<FindingHistory>> findings = new FoundFaults(tables, rankSteps, byFleet).read();
    return chosen.stream()
        .map(
            scans ->
                new FleetHistory(
                    scans.fleet(),
                    scans.shown(),
                    scans.daysWithoutScan(),
                    engines.getOrDefault(scans.fleet(), List.of()),
                    ranks.getOrDefault(scans.fleet(), List.of()),
                    findings.getOrDefault(scans.fleet(), List.of()),
                    leftOut.apply(scans.fleet())))
        .toList();
  }

  private Map<String, List<RankStep>> ranks(Dataset<Row> rankSteps) {
    return rankSteps.where("is_last").collectAsList().stream()
        .map(row -> Map.entry(row.<String>getAs("fleet"), rank(row)))
        .sorted(
            Comparator.comparing(
                Map.Entry::getValue,
                Comparator.comparing(RankStep::engine)
                    .thenComparing(RankStep::source)
                    .thenComparing(RankStep::rank)))
        .collect(
            Collectors.groupingBy(
                Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
  }

  private RankStep rank(Row row) {
    NumberedScans scans = byFleet.get(row.<String>getAs("fleet"));
    return new RankStep(
        row.getAs("engine"),
        WeightSource.valueOf(row.getAs("source")),
        row.<Integer>getAs("rank"),
        row.getAs("status"),
        row.getAs("state"),
        Optional.ofNullable(row.getAs("checksum")),
        RankChange.valueOf(row.getAs("step")),
        scans.numbered(row, "number_before"),
        scans.numbered(row, "off_since"));
  }
}
