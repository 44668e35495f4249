package io.shardsum.scan.live;

import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;

/** The tensors of zero bytes, as files show them: of no other is the digest of nothing right. */
final class KnownEmpty {

  private record Key(String group, int rankInReplica, String key) {}

  private final Set<Key> keys = new HashSet<>();

  /**
   * Takes what the files of a fleet hold.
   *
   * @param rows engine, rank and key of tensors that are empty
   */
  KnownEmpty(Inventory inventory, List<Row> rows) {
    Map<String, EngineInventory> engines = new HashMap<>();
    inventory.engines().forEach(engine -> engines.put(engine.spec().name(), engine));
    for (Row row : rows) {
      EngineInventory engine = engines.get(row.<String>getAs("engine"));
      int rankInReplica = engine.spec().parallelism().rankInReplica(row.<Integer>getAs("rank"));
      keys.add(new Key(engine.group(), rankInReplica, row.getAs("key")));
    }
  }

  /** Whether a file of the group shows it. */
  boolean has(String group, int rankInReplica, String key) {
    return keys.contains(new Key(group, rankInReplica, key));
  }
}
