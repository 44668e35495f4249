package io.shardsum.scan.live;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;

/** Counts how much of running engines was compared with their files. */
final class BesideFiles {

  private static final Set<String> COMPARED =
      Set.of("EQUAL", "OFFLOADED", "DIFFERS", "ENGINE_ONLY");
  private static final String UNREPORTED = "UNREPORTED";

  private final Map<String, LiveSummary.Beside> byEngine = new HashMap<>();

  /**
   * Counts.
   *
   * @param compared the rows of {@code sql/live/against_files.sql}
   */
  BesideFiles(List<LiveStage.Landed> live, FileComparison files, List<Row> compared) {
    for (LiveStage.Landed landed : live) {
      String engine = landed.spec().engine();
      if (files.hasFiles(engine)) {
        byEngine.put(engine, beside(landed.result(), files, compared));
      }
    }
  }

  private static LiveSummary.Beside beside(
      LiveEngineResult engine, FileComparison files, List<Row> compared) {
    long tensors = 0;
    long comparedTensors = 0;
    for (Row row : compared) {
      String what = row.getAs("what");
      if (row.getAs("engine").equals(engine.engine()) && !what.equals(UNREPORTED)) {
        tensors += row.<Long>getAs("tensors");
        comparedTensors += COMPARED.contains(what) ? row.<Long>getAs("tensors") : 0;
      }
    }
    return new LiveSummary.Beside(
        engine.ranks().stream().filter(r -> files.covers(r.engine(), r.rank())).count(),
        engine.ranks().size(),
        comparedTensors,
        tensors);
  }

  Map<String, LiveSummary.Beside> byEngine() {
    return byEngine;
  }
}
