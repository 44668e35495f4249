package io.shardsum.scan.live;

import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.LiveSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The block-quantized weights of files. They are hashed together with their scales whatever {@code
 * skip} says, by engines and here.
 */
final class PairedWeights {

  private static final String QUERY =
      "SELECT engine, rank, key FROM tensors WHERE status = 'HASHED' AND raw_checksum IS NOT NULL"
          + " AND engine IN (%s)";

  private record Weight(String engine, int rank, String key) {}

  private final Map<String, EngineInventory> files = new HashMap<>();
  private final Set<Weight> weights = new HashSet<>();

  /**
   * Takes those of running engines that are asked to skip something: of no other they are needed.
   *
   * @param session has the view {@code tensors}: what files hold
   */
  PairedWeights(Inventory inventory, SparkSession session) {
    Set<String> asked =
        inventory.live().stream()
            .filter(live -> !live.skip().isEmpty())
            .map(LiveSpec::engine)
            .collect(Collectors.toSet());
    inventory.engines().stream()
        .filter(engine -> asked.contains(engine.spec().name()))
        .forEach(engine -> files.put(engine.spec().name(), engine));
    if (!files.isEmpty()) {
      List<String> names = List.copyOf(files.keySet());
      String places = names.stream().map(any -> "?").collect(Collectors.joining(", "));
      for (Row row : session.sql(QUERY.formatted(places), names.toArray()).collectAsList()) {
        weights.add(new Weight(row.getAs("engine"), row.<Integer>getAs("rank"), row.getAs("key")));
      }
    }
  }

  /** Whether files of an engine are known, so that {@link #has} decides. */
  boolean knows(String engine) {
    return files.containsKey(engine);
  }

  /** Whether a file of that rank of a running engine has it. */
  boolean has(String engine, int rank, String key) {
    return knows(engine)
        && weights.contains(new Weight(engine, FileRank.of(files.get(engine), rank), key));
  }
}
