package io.shardsum.scan.plan;

import io.shardsum.fleet.Inventory;
import io.shardsum.io.ReadSettings;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.Scope;
import io.shardsum.tables.TakeOver;
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
 * @param takeOver when the name may be taken from a scan that has not ended
 * @param reading how files of weights are read
 * @param start whether it goes on with one of its name
 * @param rereadDays how old the digest of an unchanged file may be to be reused; empty: all files
 *     are read
 */
public record ScanRequest(
    Inventory inventory,
    String out,
    ScanId scanId,
    Instant startedAt,
    OptionalInt verifyOneIn,
    Optional<Baseline> baseline,
    Scope scope,
    TakeOver takeOver,
    ReadSettings reading,
    ScanStart start,
    OptionalInt rereadDays) {

  /** In the settings of a scan. */
  public static final String REREAD_DAYS = "reread-days";

  /** Checks that nothing is missing. */
  public ScanRequest {
    Objects.requireNonNull(inventory, "inventory is null");
    Objects.requireNonNull(out, "out is null");
    Objects.requireNonNull(scanId, "scanId is null");
    Objects.requireNonNull(startedAt, "startedAt is null");
    Objects.requireNonNull(verifyOneIn, "verifyOneIn is null");
    Objects.requireNonNull(baseline, "baseline is null");
    Objects.requireNonNull(scope, "scope is null");
    Objects.requireNonNull(takeOver, "takeOver is null");
    Objects.requireNonNull(reading, "reading is null");
    Objects.requireNonNull(start, "start is null");
    Objects.requireNonNull(rereadDays, "rereadDays is null");
  }

  /** A scan of all engines that takes what GPUs hash as it comes, and whose copies vote. */
  public ScanRequest(Inventory inventory, String out, ScanId scanId, Instant startedAt) {
    this(
        inventory,
        out,
        scanId,
        startedAt,
        OptionalInt.empty(),
        Optional.empty(),
        Scope.FLEET,
        TakeOver.OF_THE_DEAD,
        ReadSettings.USUAL,
        ScanStart.ANEW,
        OptionalInt.empty());
  }

  /** This scan, holding chunks that a GPU hashed against the CPU. */
  public ScanRequest verifying(OptionalInt oneIn) {
    return new ScanRequest(
        inventory,
        out,
        scanId,
        startedAt,
        oneIn,
        baseline,
        scope,
        takeOver,
        reading,
        start,
        rereadDays);
  }

  /** This scan, its copies compared with an earlier one, if there is one. */
  public ScanRequest comparedWith(Optional<Baseline> right) {
    return new ScanRequest(
        inventory,
        out,
        scanId,
        startedAt,
        verifyOneIn,
        right,
        scope,
        takeOver,
        reading,
        start,
        rereadDays);
  }

  /** This scan, of all engines of the fleet or of some. */
  public ScanRequest covering(Scope which) {
    return new ScanRequest(
        inventory,
        out,
        scanId,
        startedAt,
        verifyOneIn,
        baseline,
        which,
        takeOver,
        reading,
        start,
        rereadDays);
  }

  /** This scan, which takes its name from one that has not ended. */
  public ScanRequest taking(TakeOver when) {
    return new ScanRequest(
        inventory,
        out,
        scanId,
        startedAt,
        verifyOneIn,
        baseline,
        scope,
        when,
        reading,
        start,
        rereadDays);
  }

  /** This scan, whose files are read in another way than is usual. */
  public ScanRequest readBy(ReadSettings how) {
    return new ScanRequest(
        inventory,
        out,
        scanId,
        startedAt,
        verifyOneIn,
        baseline,
        scope,
        takeOver,
        how,
        start,
        rereadDays);
  }

  /** This scan, as one that begins so. */
  public ScanRequest starting(ScanStart how) {
    return new ScanRequest(
        inventory,
        out,
        scanId,
        startedAt,
        verifyOneIn,
        baseline,
        scope,
        takeOver,
        reading,
        how,
        rereadDays);
  }

  /** This scan, taking digests of unchanged files that are younger than so many days. */
  public ScanRequest rereading(OptionalInt days) {
    return new ScanRequest(
        inventory,
        out,
        scanId,
        startedAt,
        verifyOneIn,
        baseline,
        scope,
        takeOver,
        reading,
        start,
        days);
  }
}
