package io.shardsum.hosts;

import io.shardsum.fleet.EngineSpec;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.HostListing;
import io.shardsum.fleet.Inventory;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/** The inventory of a fleet whose engines' files lie on the disks of hosts: these list them. */
public final class HostInventory {

  /**
   * Spark's settings by which a task waits for its host: until none has been started anywhere for a
   * minute, which is longer than a task runs.
   */
  public static final Map<String, String> WAIT_FOR_HOSTS =
      Map.of(
          "spark.locality.wait", "60s",
          "spark.locality.wait.legacyResetOnTaskLaunch", "true");

  /** What a host does. */
  private record Listing(String host, ArrayList<HostListing.Request> engines)
      implements PlacedWork.Work<Found> {
    @Override
    public Found run(Configuration hadoopConf) {
      return ExecutorHost.names().is(host)
          ? new Found(new ArrayList<>(HostListing.take(engines, host, hadoopConf)))
          : new Found(new ArrayList<>());
    }
  }

  /** In the order of the engines; none: the task ran on another host. */
  private record Found(ArrayList<HostListing> listings) implements Serializable {}

  private HostInventory() {}

  /**
   * Takes it.
   *
   * @throws io.shardsum.fleet.FleetException as {@link Inventory#of}
   * @throws io.shardsum.exit.UsageException if two hosts of the cluster have one name
   */
  public static Inventory of(FleetDescription description, SparkSession session) {
    Map<String, ArrayList<HostListing.Request>> engines = new HashMap<>();
    for (EngineSpec engine : description.engines()) {
      for (String host : engine.visibility().hosts()) {
        engines.computeIfAbsent(host, any -> new ArrayList<>()).add(HostListing.Request.of(engine));
      }
    }
    Map<String, String> places = new RollCall(session).places(description.hosts());
    List<String> hosts = description.hosts().stream().filter(places::containsKey).toList();
    List<PlacedWork.Piece<Found>> pieces =
        hosts.stream()
            .map(
                host ->
                    new PlacedWork.Piece<Found>(
                        List.of(places.get(host)), new Listing(host, engines.get(host))))
            .toList();
    Map<String, Map<String, HostListing>> onHosts = new HashMap<>();
    List<Found> found = pieces.isEmpty() ? List.of() : PlacedWork.run(session, pieces);
    for (int number = 0; number < found.size(); number++) {
      List<HostListing.Request> asked = engines.get(hosts.get(number));
      List<HostListing> listings = found.get(number).listings();
      for (int index = 0; index < listings.size(); index++) {
        onHosts
            .computeIfAbsent(hosts.get(number), any -> new HashMap<>())
            .put(asked.get(index).engine(), listings.get(index));
      }
    }
    return Inventory.of(description, session.sparkContext().hadoopConfiguration(), onHosts, places);
  }
}
