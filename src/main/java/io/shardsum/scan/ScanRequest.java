package io.shardsum.scan;

import io.shardsum.fleet.Inventory;
import java.time.Instant;
import java.util.Objects;

/**
 * What to scan.
 *
 * @param inventory the files of the fleet
 * @param out the directory of all tables
 * @param scanId the scan's name; an earlier scan of this name is replaced
 * @param startedAt when the scan began; its day in UTC is the scan's date
 */
public record ScanRequest(Inventory inventory, String out, ScanId scanId, Instant startedAt) {

  /** Checks that nothing is missing. */
  public ScanRequest {
    Objects.requireNonNull(inventory, "inventory is null");
    Objects.requireNonNull(out, "out is null");
    Objects.requireNonNull(scanId, "scanId is null");
    Objects.requireNonNull(startedAt, "startedAt is null");
  }
}
