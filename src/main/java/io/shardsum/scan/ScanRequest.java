package io.shardsum.scan;

import io.shardsum.fleet.Inventory;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What to scan.
 *
 * @param inventory the files of the fleet
 * @param out the directory of all tables
 * @param scanId the scan's name; an earlier scan of this name is replaced
 * @param startedAt when the scan began; its day in UTC is the scan's date
 * @param verifyOneIn where GPUs hash: of how many chunks one is hashed on the CPU, too, besides one
 *     of each file; empty: none
 * @param baseline an earlier scan in the tables that is right by declaration
 * @param scope whether these are all engines of the fleet
 */
public record ScanRequest(
    Inventory inventory,
    String out,
    ScanId scanId,
    Instant startedAt,
    OptionalInt verifyOneIn,
    Optional<Baseline> baseline,
    Scope scope) {

  /** Checks that nothing is missing. */
  public ScanRequest {
    Objects.requireNonNull(inventory, "inventory is null");
    Objects.requireNonNull(out, "out is null");
    Objects.requireNonNull(scanId, "scanId is null");
    Objects.requireNonNull(startedAt, "startedAt is null");
    Objects.requireNonNull(verifyOneIn, "verifyOneIn is null");
    Objects.requireNonNull(baseline, "baseline is null");
    Objects.requireNonNull(scope, "scope is null");
  }

  /** A scan of all engines that takes what GPUs hash as it comes, and whose copies vote. */
  public ScanRequest(Inventory inventory, String out, ScanId scanId, Instant startedAt) {
    this(inventory, out, scanId, startedAt, OptionalInt.empty(), Optional.empty(), Scope.FLEET);
  }

  /** This scan, holding chunks that a GPU hashed against the CPU. */
  public ScanRequest verifying(OptionalInt oneIn) {
    return new ScanRequest(inventory, out, scanId, startedAt, oneIn, baseline, scope);
  }

  /** This scan, its copies compared with an earlier one, if there is one. */
  public ScanRequest comparedWith(Optional<Baseline> right) {
    return new ScanRequest(inventory, out, scanId, startedAt, verifyOneIn, right, scope);
  }

  /** This scan, of all engines of the fleet or of some. */
  public ScanRequest of(Scope which) {
    return new ScanRequest(inventory, out, scanId, startedAt, verifyOneIn, baseline, which);
  }
}
