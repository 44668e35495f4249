package io.shardsum.cli;

import io.shardsum.fleet.WeightSource;
import io.shardsum.history.EngineVersion;
import io.shardsum.history.FleetVersions;
import io.shardsum.history.LeftOutScan;
import io.shardsum.text.ForeignText;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Optional;

/** What the engines of a fleet held, for a person. */
final class VersionsReport {

  private static final String NOTHING = "-";

  private VersionsReport() {}

  static void print(FleetVersions fleet, PrintWriter out) {
    out.println("Fleet " + ForeignText.name(fleet.fleet()));
    for (LeftOutScan scan : fleet.leftOut()) {
      out.printf("Scan %s is left out: %s%n", scan.scanId(), TerminalText.line(scan.why()));
    }
    TextTable table =
        new TextTable(
            "ENGINE",
            "HOST",
            "RANKS",
            "CONTENT (START)",
            "REVISION",
            "DESCRIBED",
            "FROM (UTC)",
            "TO (UTC)",
            "SCANS",
            "CHANGE",
            "EVIDENCE");
    for (EngineVersion version : fleet.versions()) {
      table.add(
          engine(version),
          name(version.host()),
          version.ranks(),
          version.content().map(TerminalText::checksum).orElse(version.status().name()),
          name(version.revision()),
          name(version.describedRevision()),
          TerminalText.minute(version.seenFrom()),
          version.seenTo().map(VersionsReport::time).orElse("now"),
          Long.toString(version.scans()),
          version.change().map(Enum::name).orElse(NOTHING),
          version.evidence().orElse(NOTHING));
    }
    out.println();
    table.print(out);
    out.println();
  }

  private static String time(Instant instant) {
    return TerminalText.minute(instant);
  }

  private static String engine(EngineVersion version) {
    String name = ForeignText.name(version.engine());
    return version.source() == WeightSource.LIVE ? name + " (live)" : name;
  }

  private static String name(Optional<String> text) {
    return text.map(ForeignText::name).orElse(NOTHING);
  }
}
