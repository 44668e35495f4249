package io.shardsum.scan.plan;

import io.shardsum.exit.UsageException;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.Inventory;
import io.shardsum.io.ListedFile;
import io.shardsum.text.ForeignText;
import java.util.List;
import org.apache.spark.SparkContext;

/**
 * Local paths on a cluster: each host has a disk of its own, so that an executor on any other than
 * the engine's would read other files, and take them for the engine's.
 */
public final class LocalPaths {

  private LocalPaths() {}

  /**
   * Refuses what nobody has said the hosts of.
   *
   * @throws UsageException if the master is not local, and an engine's path is
   */
  public static void requireHosts(Inventory inventory, SparkContext spark) {
    if (spark.isLocal()) {
      return;
    }
    List<EngineInventory> unsaid =
        inventory.engines().stream()
            .filter(engine -> engine.spec().visibility().isUnsaid())
            .filter(engine -> engine.directories().anyMatch(ListedFile::isLocal))
            .toList();
    if (!unsaid.isEmpty()) {
      EngineInventory first = unsaid.get(0);
      String others =
          switch (unsaid.size()) {
            case 1 -> "";
            case 2 -> " (and of another engine)";
            default -> " (and of " + (unsaid.size() - 1) + " other engines)";
          };
      throw new UsageException(
          "Cannot read local paths of engine %s%s on master %s, where each host has its own disk: expected hosts: [HOST], or shared: true (--shared) if all hosts see the same files; found neither for %s"
              .formatted(
                  ForeignText.name(first.spec().name()),
                  others,
                  spark.master(),
                  ListedFile.shown(first.spec().shards())));
    }
  }
}
