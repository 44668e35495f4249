package io.shardsum.history;

import java.util.List;

/**
 * What the engines of a fleet held over all its scans.
 *
 * @param versions by engine, then by time, files and the running engine beside each other
 * @param leftOut scans of the fleet that are not looked at, and why
 */
public record FleetVersions(String fleet, List<EngineVersion> versions, List<LeftOutScan> leftOut) {

  /** Copies the lists. */
  public FleetVersions {
    versions = List.copyOf(versions);
    leftOut = List.copyOf(leftOut);
  }

  /** Of one engine only. */
  public FleetVersions only(String engine) {
    return new FleetVersions(
        fleet, versions.stream().filter(v -> v.engine().equals(engine)).toList(), leftOut);
  }
}
