package io.shardsum.cli;

import io.shardsum.exit.UsageException;
import io.shardsum.gpu.Accelerator;
import org.apache.spark.SparkConf;

/** Which options of {@code fleet-scan} go together: one that would be ignored is refused. */
final class OptionRules {

  private static final int MOST_NIGHTS = 366;
  private static final int MOST_REREAD_DAYS = 365;

  private final FleetScanOptions options;

  OptionRules(FleetScanOptions options) {
    this.options = options;
  }

  /**
   * Refuses what does not go together.
   *
   * @throws UsageException naming it
   */
  void require() {
    requireTarget();
    if (options.target.shards == null && options.shardsOptions.areGiven()) {
      throw new UsageException(
          "--tp, --pp, --profile, --ignore and --shared go with --shards; with --fleet, write them into"
              + " the description");
    }
    boolean isOfScan =
        changesScan() || !options.onlyEngines.isEmpty() || options.format != ScanFormat.TABLE;
    if (options.target.explain != null && isOfScan) {
      throw new UsageException("--explain takes no other option but --out and --scan-id");
    }
    if (options.target.demo && (isOfScan || options.out != null || options.scanId != null)) {
      throw new UsageException("--demo takes no other option but --demo-dir and --nights");
    }
    if (options.resume != null
        && (options.scanId != null || options.dryRun || options.out == null)) {
      throw new UsageException(
          "--resume names the scan: expected --out with it, and neither --scan-id nor --dry-run");
    }
    requireNights();
    requireRereadDays();
    requireVerification();
  }

  private void requireTarget() {
    FleetScanOptions.Target target = options.target;
    if (target.given().size() > 1) {
      throw new UsageException(
          "%s exclude each other: expected one of them"
              .formatted(String.join(" and ", target.given())));
    }
    boolean answer = options.format == ScanFormat.SGLANG && !target.demo && target.explain == null;
    if (answer && options.onlyEngines.size() != 1) {
      throw new UsageException("--format sglang: expected exactly one --engine NAME");
    }
    if (!target.isNone()) {
      return;
    }
    if (!answer) {
      throw new UsageException(
          "Missing required argument: --fleet FILE, --shards DIR, --demo or --explain ENGINE");
    }
    if (changesScan()) {
      throw new UsageException(
          "--format sglang of a finished scan takes only --engine, --out and --scan-id");
    }
  }

  /** Whether an option says how something is scanned. */
  private boolean changesScan() {
    return options.baseline != null
        || options.digest != null
        || options.fileDigest != null
        || options.maxRate != null
        || options.direct
        || options.verifyOneIn != null
        || options.rereadDays != null
        || options.replace
        || options.resume != null
        || options.dryRun;
  }

  private void requireNights() {
    Integer nights = options.demoNights;
    if (nights != null && (!options.target.demo || nights < 1 || nights > MOST_NIGHTS)) {
      throw new UsageException(
          "--nights goes with --demo: expected a number from 1 to %s, found %s"
              .formatted(MOST_NIGHTS, nights));
    }
  }

  private void requireRereadDays() {
    Integer days = options.rereadDays;
    if (days != null && (days < 1 || days > MOST_REREAD_DAYS)) {
      throw new UsageException(
          "--reread-days: expected a number from 1 to %s, found %s"
              .formatted(MOST_REREAD_DAYS, days));
    }
    if (days != null && options.dryRun) {
      throw new UsageException("--reread-days does not go with --dry-run, which reads nothing");
    }
  }

  private void requireVerification() {
    Integer oneIn = options.verifyOneIn;
    if (oneIn != null && oneIn < 1) {
      throw new UsageException(
          "--verify-gpu: expected N of at least 1 (one in N chunks), found " + oneIn);
    }
    if (oneIn != null && Accelerator.of(new SparkConf()) == Accelerator.CPU) {
      throw new UsageException("--verify-gpu goes with --gpu: on CPUs there is nothing to verify");
    }
  }
}
