package io.shardsum.cli;

import io.shardsum.demo.DemoFleet;
import io.shardsum.demo.DemoMonth;
import io.shardsum.demo.DemoNight;
import io.shardsum.demo.MonthFleet;
import io.shardsum.exit.ExitCode;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.ScanId;
import io.shardsum.text.NumberWords;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/**
 * {@code --demo --nights N}: makes the demo's month, scans it night by night, each scan dated as of
 * its night, and holds what was found against the plan.
 */
final class DemoMonthRun {

  private final MonthFleet fleet;
  private final PrintWriter out;
  private final DemoMonth month = new DemoMonth();

  DemoMonthRun(Path directory, PrintWriter out) {
    this.fleet = new MonthFleet(directory);
    this.out = out;
  }

  /**
   * Runs the demo.
   *
   * @param scan scans by the clock of a night
   * @return EQUAL if exactly what was planted was found every night, else FAULT
   */
  ExitCode run(
      int nights, Configuration hadoopConf, BiFunction<ScanRequest, Clock, ScanSummary> scan) {
    try {
      fleet.clear();
      out.printf(
          "%s of a fleet of %s in %s%n%n",
          NumberWords.count(nights, "night"),
          NumberWords.count(DemoFleet.ENGINES.size(), "engine"),
          fleet.directory());
      print("NIGHT", "FOUND", "WHAT HAD HAPPENED");
      boolean asPlanted = true;
      for (DemoNight night : month.nights(nights)) {
        asPlanted &= isAsPlanted(night, hadoopConf, scan);
      }
      out.println();
      out.println("Tables: " + fleet.tables());
      out.println(
          asPlanted
              ? "Every night found exactly what was planted."
              : "This is NOT what was planted: please report it as a bug.");
      return asPlanted ? ExitCode.EQUAL : ExitCode.FAULT;
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private boolean isAsPlanted(
      DemoNight night, Configuration hadoopConf, BiFunction<ScanRequest, Clock, ScanSummary> scan)
      throws IOException {
    month.prepare(fleet, night);
    if (night.scanned() == DemoNight.Scanned.NO) {
      print(date(night), "no scan", "");
      return true;
    }
    ScanSummary summary = scan.apply(request(night, hadoopConf), clockOf(night));
    Set<String> found =
        summary.findings().stream().map(DemoNight::words).collect(Collectors.toSet());
    boolean asPlanted = found.equals(night.expected());
    String words =
        asPlanted
            ? night.story().orElse("")
            : "expected %s, found %s".formatted(night.expected(), found);
    print(date(night), summary.verdict().name(), words);
    return asPlanted;
  }

  private void print(String date, String verdict, String story) {
    out.println("%-10s  %-10s  %s".formatted(date, verdict, story).stripTrailing());
  }

  private static String date(DemoNight night) {
    return night.at().atOffset(ZoneOffset.UTC).toLocalDate().toString();
  }

  private ScanRequest request(DemoNight night, Configuration hadoopConf) {
    Inventory inventory = Inventory.of(FleetDescription.load(fleet.description()), hadoopConf);
    ScanId id = new ScanId("night-%s".formatted(date(night)));
    return new ScanRequest(inventory, fleet.tables().toString(), id, night.at());
  }

  private static Clock clockOf(DemoNight night) {
    return Clock.offset(Clock.systemUTC(), Duration.between(Instant.now(), night.at()));
  }
}
