package io.shardsum.scan.judge;

import io.shardsum.fleet.EngineInventory;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.Severity;
import io.shardsum.verdict.TensorName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Files that are not known to be right: a running engine that differs from them may be. */
public final class BlamedFiles {

  /** Without a rank, or a key: all of them. */
  public static final StructType ROWS = StructType.fromDDL("engine STRING, rank INT, key STRING");

  private final List<EngineInventory> engines;
  private final List<Row> rows = new ArrayList<>();

  /** Takes what was found in files. */
  public BlamedFiles(List<EngineInventory> engines, List<Finding> findings) {
    this.engines = engines;
    findings.stream().filter(finding -> finding.severity() == Severity.ERROR).forEach(this::take);
  }

  private void take(Finding finding) {
    String key = finding.tensor().map(TensorName::key).orElse(null);
    if (finding.engine().isPresent()) {
      rows.add(RowFactory.create(finding.engine().get(), finding.rank().orElse(null), key));
      return;
    }
    for (EngineInventory engine : engines) {
      if (finding.location().equals(Optional.of(engine.group()))) {
        for (int rank = 0; rank < engine.expectedRanks(); rank++) {
          int rankInReplica = engine.spec().parallelism().rankInReplica(rank);
          if (finding.rank().map(of -> of == rankInReplica).orElse(true)) {
            rows.add(RowFactory.create(engine.spec().name(), rank, key));
          }
        }
      }
    }
  }

  public List<Row> rows() {
    return rows;
  }
}
