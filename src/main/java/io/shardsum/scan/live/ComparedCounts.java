package io.shardsum.scan.live;

import io.shardsum.scan.judge.SourceResult.WithFiles;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;

/** Counts how much of running engines was compared with their files. */
final class ComparedCounts {

  private static final Set<String> COMPARED =
      Set.of("EQUAL", "OFFLOADED", "DIFFERS", "ENGINE_ONLY");
  private static final String UNREPORTED = "UNREPORTED";

  private ComparedCounts() {}

  /** By engine: those that have files. */
  static Map<String, WithFiles> byEngine(List<LiveSource.Landed> live, FileComparison files) {
    Map<String, WithFiles> byEngine = new HashMap<>();
    for (LiveSource.Landed landed : live) {
      String engine = landed.spec().engine();
      if (files.hasFiles(engine)) {
        byEngine.put(engine, count(landed, files));
      }
    }
    return byEngine;
  }

  private static WithFiles count(LiveSource.Landed landed, FileComparison files) {
    long tensors = 0;
    long comparedTensors = 0;
    for (Row row : files.rows()) {
      String what = row.getAs("what");
      if (row.getAs("engine").equals(landed.spec().engine()) && !what.equals(UNREPORTED)) {
        tensors += row.<Long>getAs("tensors");
        comparedTensors += COMPARED.contains(what) ? row.<Long>getAs("tensors") : 0;
      }
    }
    return new WithFiles(
        landed.ranks().stream().filter(r -> files.covers(r.engine(), r.rank())).count(),
        landed.ranks().size(),
        comparedTensors,
        tensors);
  }
}
