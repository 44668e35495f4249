package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.exit.UsageException;
import io.shardsum.history.Retention;
import io.shardsum.history.RetentionPlan;
import io.shardsum.history.RetentionRules;
import io.shardsum.history.RetentionRules.Months;
import io.shardsum.tables.StoredScans;
import io.shardsum.text.RecordJson;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jobs/retention}: drops what old scans have left in the tables. */
@Command(
    name = "retention",
    sortOptions = false,
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    customSynopsis = "jobs/retention --out DIR --keep-days N [OPTION...]",
    description = {
      "Deletes the rows of tensors of old scans, and files of scans that never ended.",
      "Without --delete it deletes nothing: it says what it would delete.",
      "",
      "What stays whole, however old it is: the newest scan of each fleet and engine; the last scan in"
          + " which an engine was right; baselines of scans that stay; the last scan of each content that"
          + " engines agreed on; the scan that first saw a finding that is still open; and the scans since"
          + " which an engine is off, and in which it was right before."
    },
    footer = {
      "",
      "Spark's own options work here, too: --master, --conf KEY=VALUE, ...",
      "",
      "Example:",
      "  jobs/retention --out tables --keep-days 90 --keep-monthly --delete",
      "",
      "Exit codes:",
      "  0  done, or nothing to do",
      "  1  the job failed, or something could not be deleted: it is named",
      "  2  an argument is wrong, or there is no finished scan"
    })
final class RetentionCommand implements Callable<Integer> {

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "The tables that jobs/fleet-scan has written.")
  private String out;

  @Option(
      names = "--keep-days",
      paramLabel = "N",
      required = true,
      description = "Scans that began more than N days ago are old; at least 1.")
  private int keepDays;

  @Option(
      names = "--keep-monthly",
      description = "The first scan of each month (UTC) of each fleet stays whole, too.")
  private boolean keepMonthly;

  @Option(
      names = "--keep-history-days",
      paramLabel = "M",
      description =
          "Of scans that began more than M days ago drop all rows: engines, ranks, findings, and the scan itself. "
              + "Without it these stay for ever.")
  private Integer keepHistoryDays;

  @Option(
      names = "--fleet",
      paramLabel = "NAME",
      description = "Only scans of this fleet, and nothing of scans that did not end.")
  private String fleet;

  @Option(names = "--delete", description = "Delete. Without it, nothing changes.")
  private boolean delete;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "table or json (default: ${DEFAULT-VALUE}).")
  private OutputFormat format = OutputFormat.TABLE;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    RetentionRules rules = rules();
    PathOption.require("--out", out);
    SparkSession session = JobSession.start("shardsum retention");
    StoredScans stored = new StoredScans(out, session.sparkContext().hadoopConfiguration());
    RetentionPlan plan =
        new Retention(session, out, stored).plan(Optional.ofNullable(fleet), rules);
    PrintWriter output = spec.commandLine().getOut();
    if (format == OutputFormat.TABLE) {
      RetentionReport.print(plan, rules, output);
    }
    List<String> faults = delete ? plan.carryOut(stored) : List.of();
    faults.forEach(fault -> spec.commandLine().getErr().println("retention: " + fault));
    ExitCode exitCode = faults.isEmpty() ? ExitCode.EQUAL : ExitCode.FAULT;
    Done done = delete ? Done.DROPPED : Done.NOTHING;
    switch (format) {
      case TABLE -> RetentionReport.printOutcome(plan, done, faults.size(), output);
      case JSON -> RecordJson.PRINTED.print(RetentionJson.of(plan, done, faults, exitCode), output);
    }
    return exitCode.number();
  }

  /** Whether anything was changed. */
  enum Done {
    /** Only told what would be dropped. */
    NOTHING,
    /** Dropped, as far as it could be. */
    DROPPED
  }

  private RetentionRules rules() {
    if (keepDays < 1) {
      throw new UsageException("--keep-days: expected a number of days from 1, found " + keepDays);
    }
    if (keepHistoryDays != null && keepHistoryDays < keepDays) {
      throw new UsageException(
          "--keep-history-days: expected at least the %s of --keep-days, found %s"
              .formatted(Integer.toString(keepDays), Integer.toString(keepHistoryDays)));
    }
    return new RetentionRules(
        Instant.now(),
        keepDays,
        keepHistoryDays == null ? OptionalInt.empty() : OptionalInt.of(keepHistoryDays),
        keepMonthly ? Months.KEEP_FIRST : Months.KEEP_NONE);
  }
}
