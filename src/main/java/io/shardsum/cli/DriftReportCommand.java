package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.exit.UsageException;
import io.shardsum.history.FleetHistory;
import io.shardsum.history.History;
import io.shardsum.history.ScanRange;
import io.shardsum.report.HtmlReport;
import io.shardsum.tables.ScanId;
import io.shardsum.text.ForeignText;
import io.shardsum.text.RecordJson;
import java.io.PrintWriter;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jobs/drift-report}: what changed between scans, and what of it nobody declared. */
@Command(
    name = "drift-report",
    sortOptions = false,
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    customSynopsis = "jobs/drift-report --out DIR [OPTION...]",
    description = {
      "Says what changed between finished scans. A change that the description does not declare is drift.",
      "Without a range, it compares the last scan of each fleet with all scans before it."
    },
    footer = {
      "",
      "Spark's own options work here, too: --master, --conf KEY=VALUE, ...",
      "",
      "Examples:",
      "  jobs/drift-report --out tables --last 7",
      "  jobs/drift-report --out tables --html report.html",
      "",
      "Exit codes:",
      "  0  no drift",
      "  1  the job failed",
      "  2  an argument is wrong, or there is no finished scan",
      "  3  drift: an engine changed and nobody declared it, or an error is open"
    })
final class DriftReportCommand implements Callable<Integer> {

  private static final int SCANS_OF_A_REPORT = 30;

  @Mixin private TablesOption tables = new TablesOption();

  @Mixin private Range range = new Range();

  @Option(names = "--fleet", paramLabel = "NAME", description = "Only this fleet.")
  private String fleet;

  @Option(
      names = "--new-only",
      description = "Leave out drift and findings that were there before the range.")
  private boolean newOnly;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "table or json (default: table).")
  private OutputFormat format = OutputFormat.TABLE;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Also write a report of the newest scan: one HTML file, which needs no network. "
              + "Its history goes back over the range (default: the last 30 scans).")
  private String html;

  @Spec private CommandSpec spec;

  /** Which scans: one of these. */
  private static final class Range {
    @Mixin private Days days = new Days();

    @Option(names = "--last", paramLabel = "N", description = "The last N scans.")
    private Integer last;

    @Option(
        names = "--scans",
        paramLabel = "ID",
        arity = "2",
        description = "Compare only these two: an earlier scan and a later one.")
    private List<String> scans;

    private boolean isGiven() {
      return days.areGiven() || scans != null || last != null;
    }

    private ScanRange range() {
      if ((days.areGiven() && last != null)
          || (scans != null && (days.areGiven() || last != null))) {
        throw new UsageException(
            "--last, --scans, and --from with --to exclude each other: expected one of them");
      }
      if (days.areGiven()) {
        return new ScanRange.Between(Optional.ofNullable(days.from), Optional.ofNullable(days.to));
      }
      if (scans != null) {
        return new ScanRange.Pair(scanId(scans.get(0)), scanId(scans.get(1)));
      }
      if (last != null && last < 1) {
        throw new UsageException("--last: expected a number of scans from 1, found " + last);
      }
      return new ScanRange.Last(last == null ? 1 : last);
    }

    private static ScanId scanId(String text) {
      try {
        return new ScanId(text);
      } catch (IllegalArgumentException e) {
        throw new UsageException("--scans: " + e.getMessage());
      }
    }
  }

  /** From a day to a day. */
  private static final class Days {
    @Option(
        names = "--from",
        paramLabel = "DATE",
        converter = DayOption.class,
        description = "Scans that began on this day (UTC, like 2026-11-23) or later.")
    private LocalDate from;

    @Option(
        names = "--to",
        paramLabel = "DATE",
        converter = DayOption.class,
        description = "Scans that began on this day or earlier. Later scans are ignored.")
    private LocalDate to;

    private boolean areGiven() {
      return from != null || to != null;
    }
  }

  @Override
  public Integer call() {
    boolean goesFurtherBack = html != null && !range.isGiven();
    ScanRange wanted = goesFurtherBack ? new ScanRange.Last(SCANS_OF_A_REPORT) : range.range();
    String out = tables.path();
    if (html != null) {
      PathOption.require("--html", html);
    }
    SparkSession session = JobSession.start("shardsum drift-report");
    List<FleetHistory> read =
        new History(session, out).histories(Optional.ofNullable(fleet), wanted);
    List<FleetHistory> fleets =
        goesFurtherBack ? read.stream().map(history -> history.newest(1)).toList() : read;
    if (html != null && fleets.size() > 1) {
      throw new UsageException(
          "--html shows one fleet: choose it with --fleet; these tables have "
              + ForeignText.list(fleets.stream().map(FleetHistory::fleet).toList()));
    }
    Optional<HtmlReport> page =
        html == null ? Optional.empty() : Optional.of(HtmlReport.of(session, out, read.get(0)));
    print(fleets);
    page.ifPresent(report -> report.write(html, session.sparkContext().hadoopConfiguration()));
    return exitCode(fleets).number();
  }

  private void print(List<FleetHistory> fleets) {
    PrintWriter output = spec.commandLine().getOut();
    ReportedChanges changes = newOnly ? ReportedChanges.NEW : ReportedChanges.ALL;
    switch (format) {
      case TABLE -> fleets.forEach(history -> new DriftReport(history, changes).print(output));
      case JSON ->
          RecordJson.PRINTED.print(DriftJson.of(fleets, changes, exitCode(fleets)), output);
    }
  }

  private ExitCode exitCode(List<FleetHistory> fleets) {
    ReportedChanges changes = newOnly ? ReportedChanges.NEW : ReportedChanges.ALL;
    boolean drift =
        fleets.stream().anyMatch(of -> DriftVerdict.of(of, changes).exitCode() != ExitCode.EQUAL);
    return drift ? ExitCode.DIFFERENT : ExitCode.EQUAL;
  }
}
