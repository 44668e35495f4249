package io.shardsum.scan.files;

import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.Visibility;
import io.shardsum.tables.Query;
import io.shardsum.verdict.RankOfEngine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Ranks of local files that another host than the driver's has read. Each host reads a disk of its
 * own: what was read is not known to be what was listed, and parts of a rank may come from several
 * disks.
 */
public final class LocalFiles {

  private LocalFiles() {}

  /**
   * Why ranks are not checked.
   *
   * @param tensors the rows of the table that come from files
   */
  public static Map<RankOfEngine, String> readElsewhere(Dataset<Row> tensors, Inventory inventory) {
    Set<String> ofOneHost = ofOneHost(inventory);
    if (tensors.sparkSession().sparkContext().isLocal() || ofOneHost.isEmpty()) {
      return Map.of();
    }
    return readElsewhere(hosts(tensors), ofOneHost, host());
  }

  /** Which hosts have read local files, by rank. */
  static Map<RankOfEngine, List<String>> hosts(Dataset<Row> tensors) {
    Map<RankOfEngine, List<String>> hosts = new HashMap<>();
    for (Row row :
        Query.of("local_hosts")
            .with("tensors", tensors)
            .in(tensors.sparkSession())
            .collectAsList()) {
      hosts.put(
          new RankOfEngine(row.getAs("engine"), row.<Integer>getAs("rank")),
          row.getList(row.fieldIndex("hosts")));
    }
    return hosts;
  }

  /**
   * Why ranks are not checked.
   *
   * @param hosts that have read their local files
   * @param ofOneHost engines of which nobody says that all hosts see the same files
   */
  public static Map<RankOfEngine, String> readElsewhere(
      Map<RankOfEngine, List<String>> hosts, Set<String> ofOneHost, String driver) {
    Map<RankOfEngine, String> reasons = new HashMap<>();
    hosts.forEach(
        (rank, some) -> {
          if (ofOneHost.contains(rank.engine())) {
            readElsewhere(some, driver).ifPresent(reason -> reasons.put(rank, reason));
          }
        });
    return reasons;
  }

  /** Why what these hosts have read is not checked; empty if all of them are the driver's. */
  public static Optional<String> readElsewhere(List<String> hosts, String driver) {
    return hosts.stream().allMatch(host -> host.equals(driver) || OwnHost.is(host))
        ? Optional.empty()
        : Optional.of(
            "local files were listed on %s and read on %s, which may have other files at these paths; set 'shared: true' (--shared) if all hosts see the same files"
                .formatted(driver, String.join(" and ", hosts)));
  }

  /** The host that runs this: on the driver, the one that listed the files. */
  public static String host() {
    return SparkEnv.get().blockManager().blockManagerId().host();
  }

  static Set<String> ofOneHost(Inventory inventory) {
    return inventory.engines().stream()
        .filter(engine -> engine.spec().visibility() == Visibility.THIS_HOST)
        .map(engine -> engine.spec().name())
        .collect(Collectors.toSet());
  }
}
