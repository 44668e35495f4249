package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.exit.UsageException;
import io.shardsum.history.Retention;
import io.shardsum.history.RetentionPlan;
import io.shardsum.history.RetentionRules;
import io.shardsum.history.RetentionRules.Months;
import io.shardsum.tables.Compaction;
import io.shardsum.tables.StoredScans;
import io.shardsum.text.RecordJson;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jobs/retention}: drops what old scans have left in the tables, and gathers the rest. */
@Command(
    name = "retention",
    sortOptions = false,
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    customSynopsis = {
      "jobs/retention --out DIR --keep-days N [OPTION...]",
      "       jobs/retention --out DIR --compact"
    },
    description = {
      "Deletes the rows of tensors of old scans, and files of scans that never ended.",
      "Without --delete it deletes nothing: it says what it would delete.",
      "With --compact it gathers the rows of finished scans in few files, which makes reading many scans fast.",
      "",
      "These scans keep all rows, however old they are:",
      "  the newest scan of each fleet and of each engine",
      "  the last scan in which an engine was right",
      "  the scan in which an engine went wrong, while it still is",
      "  the scan that first saw a finding, while it is open",
      "  the last scan of each content that engines agreed on",
      "  the baselines of scans that stay"
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
      "  1  the job failed, or something could not be deleted or gathered: it is named",
      "  2  an argument is wrong, or there is no finished scan"
    })
final class RetentionCommand implements Callable<Integer> {

  /** With a directory, S3A drops the uploads into it that nobody has finished. */
  private static final String ABORT_UPLOADS = "fs.s3a.directory.operations.purge.uploads";

  @Mixin private TablesOption tables = new TablesOption();

  @Option(
      names = "--keep-days",
      paramLabel = "N",
      description =
          "Scans that began more than N days ago are old; at least 1. Required, except with --compact alone.")
  private Integer keepDays;

  @Option(
      names = "--keep-monthly",
      description = "Also keep all rows of the first scan of each month (UTC) of each fleet.")
  private boolean keepMonthly;

  @Option(
      names = "--keep-history-days",
      paramLabel = "M",
      description =
          "Delete all rows of scans that began more than M days ago: engines, ranks, findings, and the scan itself. "
              + "Without this option they stay for ever.")
  private Integer keepHistoryDays;

  @Option(
      names = "--fleet",
      paramLabel = "NAME",
      description = "Only scans of this fleet; files of scans that did not finish stay.")
  private String fleet;

  @Option(names = "--delete", description = "Delete. Without it, nothing is deleted.")
  private boolean delete;

  @Option(
      names = "--compact",
      description =
          "Gather the engines, ranks and findings of all finished scans: one file a month in each table. "
              + "A later --compact, after 12 hours, removes the files that this replaces. No row is lost.")
  private boolean compact;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "table or json (default: table).")
  private OutputFormat format = OutputFormat.TABLE;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Optional<RetentionRules> rules = rules();
    String out = tables.path();
    SparkSession session = JobSession.start("shardsum retention");
    Configuration hadoopConf = session.sparkContext().hadoopConfiguration();
    hadoopConf.setIfUnset(ABORT_UPLOADS, "true");
    StoredScans stored = new StoredScans(out, hadoopConf);
    Retention retention = new Retention(session, out, stored);
    Optional<RetentionPlan> plan = rules.map(of -> retention.plan(Optional.ofNullable(fleet), of));
    PrintWriter output = spec.commandLine().getOut();
    if (format == OutputFormat.TABLE) {
      plan.ifPresent(of -> RetentionReport.print(of, rules.get(), output));
    }
    List<String> faults = new ArrayList<>();
    if (delete) {
      plan.ifPresent(of -> faults.addAll(retention.carryOut(of, Instant.now())));
    }
    int notDropped = faults.size();
    Optional<Compaction.Outcome> compaction =
        compact
            ? Optional.of(Compaction.gather(session, out, stored, Instant.now()))
            : Optional.empty();
    compaction.ifPresent(of -> faults.addAll(of.faults()));
    faults.forEach(fault -> spec.commandLine().getErr().println("retention: " + fault));
    ExitCode exitCode = faults.isEmpty() ? ExitCode.EQUAL : ExitCode.FAULT;
    Done done = delete ? Done.DROPPED : Done.NOTHING;
    switch (format) {
      case TABLE -> {
        plan.ifPresent(of -> RetentionReport.printOutcome(of, done, notDropped, output));
        compaction.ifPresent(of -> RetentionReport.print(of, output));
      }
      case JSON ->
          RecordJson.PRINTED.print(
              RetentionJson.of(plan, compaction, done, faults, exitCode), output);
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

  /** Empty: there is only something to gather. */
  private Optional<RetentionRules> rules() {
    if (keepDays == null) {
      if (!compact || delete || keepMonthly || keepHistoryDays != null || fleet != null) {
        throw new UsageException(
            "--keep-days: expected a number of days, found none; only --compact goes without it");
      }
      return Optional.empty();
    }
    if (keepDays < 1) {
      throw new UsageException("--keep-days: expected a number of days from 1, found " + keepDays);
    }
    if (keepHistoryDays != null && keepHistoryDays < keepDays) {
      throw new UsageException(
          "--keep-history-days: expected at least the %s of --keep-days, found %s"
              .formatted(Integer.toString(keepDays), Integer.toString(keepHistoryDays)));
    }
    return Optional.of(
        new RetentionRules(
            Instant.now(),
            keepDays,
            keepHistoryDays == null ? OptionalInt.empty() : OptionalInt.of(keepHistoryDays),
            keepMonthly ? Months.KEEP_FIRST : Months.KEEP_NONE));
  }
}
