package io.shardsum.cli;

import io.shardsum.demo.DemoFleet;
import io.shardsum.demo.DemoNight;
import io.shardsum.exit.ExitCode;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.ScanId;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/** {@code --demo}: makes the demo fleet, scans it, and holds what was found against the plan. */
final class DemoRun {

  private final DemoFleet fleet;
  private final PrintWriter out;

  DemoRun(Path directory, PrintWriter out) {
    this.fleet = new DemoFleet(directory);
    this.out = out;
  }

  /**
   * Runs the demo.
   *
   * @return EQUAL if exactly what was planted was found, else FAULT
   */
  ExitCode run(Configuration hadoopConf, Function<ScanRequest, ScanSummary> scan) {
    try {
      fleet.write();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
    out.printf(
        Locale.ROOT,
        "Made a fleet of %d engines in %s%n",
        DemoFleet.ENGINES.size(),
        fleet.directory());
    out.println("Planted:");
    out.printf(
        Locale.ROOT,
        "  %s, rank %d: one bit of %s is flipped%n",
        DemoFleet.FLIPPED_ENGINE,
        DemoFleet.FLIPPED_RANK,
        DemoFleet.FLIPPED_TENSOR);
    out.printf(
        Locale.ROOT,
        "  %s, rank %d: its shard is missing%n%n",
        DemoFleet.SHORT_ENGINE,
        DemoFleet.MISSING_RANK);
    Inventory inventory = Inventory.of(FleetDescription.load(fleet.description()), hadoopConf);
    Instant now = Instant.now();
    ScanSummary summary =
        scan.apply(
            new ScanRequest(inventory, fleet.tables().toString(), ScanId.startedAt(now), now));
    new SummaryReport(summary).print(out);
    boolean asPlanted = foundExactlyThePlanted(summary);
    out.println();
    out.println(
        asPlanted
            ? "Found exactly what was planted."
            : "This is NOT what was planted: please report it as a bug.");
    return asPlanted ? ExitCode.EQUAL : ExitCode.FAULT;
  }

  private static boolean foundExactlyThePlanted(ScanSummary summary) {
    Set<String> findings =
        summary.findings().stream().map(DemoNight::words).collect(Collectors.toSet());
    return summary.findings().size() == 2
        && findings.equals(
            Set.of(
                "DAMAGED %s %s %s"
                    .formatted(
                        DemoFleet.FLIPPED_ENGINE,
                        Integer.toString(DemoFleet.FLIPPED_RANK),
                        DemoFleet.FLIPPED_TENSOR),
                "MISSING_RANK %s %s -"
                    .formatted(DemoFleet.SHORT_ENGINE, Integer.toString(DemoFleet.MISSING_RANK))));
  }
}
