package io.shardsum.scan.judge;

import static org.apache.spark.sql.functions.col;

import io.shardsum.fleet.Authority;
import io.shardsum.fleet.ComparisonGroup;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.scan.judge.BaselineReference.HeldRank;
import io.shardsum.scan.plan.Baseline;
import io.shardsum.tables.EarlierScans;
import io.shardsum.tables.ReferenceException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/** The scan that {@code --baseline} names, and whether it fits the fleet. */
public final class BaselineScan {

  private final Baseline baseline;
  private final EarlierScans scans;

  public BaselineScan(Baseline baseline, EarlierScans scans) {
    this.baseline = baseline;
    this.scans = scans;
  }

  /**
   * What the groups of a fleet are to be compared with. Without an engine in the baseline every
   * group must be in the earlier scan, all of its complete engines equal; with one, that engine
   * must fit a group at least, and the other groups vote.
   *
   * @return by comparison group
   * @throws ReferenceException if there is no such scan, or it does not fit
   */
  public Map<String, BaselineReference> references(Inventory inventory) {
    refuseNoFiles(inventory);
    refuseTrusted(inventory);
    List<Row> engines = engines();
    Map<String, BaselineReference> references = new HashMap<>();
    for (EngineInventory engine : inventory.engines()) {
      if (!references.containsKey(engine.group())) {
        List<Row> fitting = engines.stream().filter(row -> fits(row, engine)).toList();
        if (!fitting.isEmpty()) {
          references.put(engine.group(), reference(engine.group(), fitting));
        } else if (baseline.engine().isEmpty()) {
          throw misfit(engine, engines);
        }
      }
    }
    if (references.isEmpty()) {
      throw misfit(inventory.engines().get(0), engines);
    }
    return references;
  }

  private void refuseNoFiles(Inventory inventory) {
    if (inventory.engines().isEmpty()) {
      throw refused("the fleet has no files to compare");
    }
  }

  private void refuseTrusted(Inventory inventory) {
    inventory.engines().stream()
        .filter(engine -> engine.spec().authority() == Authority.REFERENCE)
        .findFirst()
        .ifPresent(
            engine -> {
              throw refused(
                  "engine %s is trusted: expected one reference, not two"
                      .formatted(engine.spec().name()));
            });
  }

  private List<Row> engines() {
    if (!scans.exist()) {
      throw refused("expected a finished scan in these tables, found none");
    }
    List<Row> engines = ofScan("engines");
    if (engines.isEmpty()) {
      throw refused("no finished scan of that name in these tables");
    }
    if (scans.haveDroppedTensors(engines.get(0))) {
      throw refused("expected its rows of tensors, but jobs/retention has deleted them");
    }
    if (baseline.engine().isEmpty()) {
      return engines;
    }
    List<Row> named =
        engines.stream()
            .filter(row -> row.getAs("engine").equals(baseline.engine().get()))
            .toList();
    if (named.isEmpty()) {
      throw refused("that scan has no such engine; it has " + names(engines, "engine"));
    }
    if (named.get(0).getAs("checksum") == null) {
      throw refused("that engine is INCOMPLETE in it: expected all of its ranks");
    }
    return named;
  }

  private List<Row> ofScan(String view) {
    return scans
        .ofFiles(view)
        .where(col("scan_id").equalTo(baseline.scanId().text()))
        .collectAsList();
  }

  /** An engine that is named may be of another revision. */
  private boolean fits(Row row, EngineInventory engine) {
    String group = row.getAs("comparison_group");
    return baseline.engine().isEmpty()
        ? group.equals(engine.group())
        : family(row).equals(engine.family());
  }

  private static String family(Row row) {
    return ComparisonGroup.family(
        row.getAs("comparison_group"),
        Optional.ofNullable(row.getAs("model")),
        Optional.ofNullable(row.getAs("revision")));
  }

  private BaselineReference reference(String group, List<Row> engines) {
    List<Row> complete = engines.stream().filter(row -> row.getAs("checksum") != null).toList();
    if (complete.isEmpty()) {
      throw refused("all %s are INCOMPLETE in it".formatted(ComparisonGroup.engines(group)));
    }
    Row first = complete.get(0);
    for (Row other : complete) {
      if (!Objects.equals(first.getAs("checksum"), other.getAs("checksum"))) {
        throw refused(
            "engines %s and %s differ in it: expected %s to be equal, or one to be named: %s/ENGINE"
                .formatted(
                    first.getAs("engine"),
                    other.getAs("engine"),
                    ComparisonGroup.engines(group),
                    baseline.scanId().text()));
      }
    }
    return held(first.getAs("engine"));
  }

  private BaselineReference held(String engine) {
    Map<Integer, RankMetadata> metadataByRank = new HashMap<>();
    for (Row row : scans.metadataRows(baseline.scanId().text(), engine)) {
      if (row.getAs("skipped_because") == null) {
        metadataByRank.put(row.getAs("rank"), RankMetadata.of(row));
      }
    }
    Map<Integer, HeldRank> ranks = new TreeMap<>();
    for (Row row : ofScan("ranks")) {
      if (row.getAs("engine").equals(engine)) {
        int rank = row.<Integer>getAs("rank");
        int rankInReplica = rank % (row.<Integer>getAs("tp_size") * row.<Integer>getAs("pp_size"));
        ranks.putIfAbsent(
            rankInReplica,
            new HeldRank(
                rank,
                row.getAs("checksum"),
                metadataByRank.getOrDefault(rank, RankMetadata.EMPTY)));
      }
    }
    return new BaselineReference(baseline.scanId().text(), engine, ranks);
  }

  private ReferenceException misfit(EngineInventory engine, List<Row> engines) {
    if (ComparisonGroup.isOfStructure(engine.group())) {
      return refused(
          "expected an engine with tensors of the same names, dtypes and shapes as engine %s, found none among %s"
              .formatted(engine.spec().name(), names(engines, "engine")));
    }
    return refused(
        "it holds %s: expected %s, to which engine %s belongs"
            .formatted(names(engines, "comparison_group"), engine.group(), engine.spec().name()));
  }

  private static String names(List<Row> rows, String column) {
    return rows.stream()
        .map(row -> ComparisonGroup.words(row.getAs(column)))
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .limit(10)
        .collect(Collectors.joining(", "));
  }

  private ReferenceException refused(String why) {
    return new ReferenceException("Cannot take %s as the baseline: %s".formatted(baseline, why));
  }
}
