package io.shardsum.scan.live;

import static org.apache.spark.sql.functions.col;

import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.LiveSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The block-quantized weights of files. They are hashed together with their scales whatever {@code
 * skip} says, by engines and here.
 */
final class PairedWeights {

  private record Weight(String engine, int rank, String key) {}

  private final Map<String, EngineInventory> files;
  private final Set<Weight> weights;

  private PairedWeights(Map<String, EngineInventory> files, Set<Weight> weights) {
    this.files = files;
    this.weights = weights;
  }

  /**
   * Takes those of running engines that are asked to skip something: of no other they are needed.
   *
   * @param ofFiles the rows of the table {@code tensors} that come from files
   */
  static PairedWeights of(Inventory inventory, Dataset<Row> ofFiles) {
    Set<String> asked =
        inventory.live().stream()
            .filter(live -> !live.skip().isEmpty())
            .map(LiveSpec::engine)
            .collect(Collectors.toSet());
    Map<String, EngineInventory> files = new HashMap<>();
    inventory.engines().stream()
        .filter(engine -> asked.contains(engine.spec().name()))
        .forEach(engine -> files.put(engine.spec().name(), engine));
    Set<Weight> weights = new HashSet<>();
    if (!files.isEmpty()) {
      for (Row row :
          ofFiles
              .where("status = 'HASHED' AND raw_checksum IS NOT NULL")
              .where(col("engine").isInCollection(files.keySet()))
              .select("engine", "rank", "key")
              .collectAsList()) {
        weights.add(new Weight(row.getAs("engine"), row.<Integer>getAs("rank"), row.getAs("key")));
      }
    }
    return new PairedWeights(files, weights);
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
