package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.exit.UsageException;
import io.shardsum.fleet.Inventory;
import io.shardsum.io.ReadSettings;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.BegunScan;
import io.shardsum.tables.FinishedScan;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.Scope;
import io.shardsum.tables.TakeOver;
import io.shardsum.text.ForeignText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code jobs/fleet-scan}: hashes the weights of a fleet and says which engines agree. */
@Command(
    name = "fleet-scan",
    sortOptions = false,
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    customSynopsis = {
      "jobs/fleet-scan --fleet FILE | --shards DIR --out DIR [OPTION...]",
      "       jobs/fleet-scan --explain ENGINE[/RANK[/TENSOR]] --out DIR",
      "       jobs/fleet-scan --demo"
    },
    description = {
      "Hashes every weight file of a fleet, and says which copies differ. It only reads weights."
    },
    footer = {
      "",
      "Spark's own options work here, too: --master, --conf KEY=VALUE, --driver-memory and the others of"
          + " spark-submit. --gpu hashes on GPUs.",
      "",
      "Examples:",
      "  jobs/fleet-scan --shards /models/chat --tp 4 --out tables",
      "  jobs/fleet-scan --fleet fleet.yaml --out s3a://audit/shardsum --reread-days 7",
      "  jobs/fleet-scan --explain chat-3/2 --out tables",
      "",
      "Exit codes:",
      "  0  everything was checked, and all copies are equal",
      "  1  the job failed",
      "  2  an argument, a setting or the description is wrong",
      "  3  copies differ, from each other or from a reference",
      "  4  no copies differ, but not everything could be checked"
    })
final class FleetScanCommand implements Callable<Integer> {

  @Mixin private FleetScanOptions options;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Instant now = Instant.now();
    PrintWriter output = spec.commandLine().getOut();
    Configuration hadoopConf = SparkHadoopUtil.get().newConfiguration(new SparkConf());
    new OptionRules(options).require();
    if (options.target.demo) {
      return demo(hadoopConf, output).number();
    }
    if (options.target.explain != null) {
      return explain(output).number();
    }
    if (options.target.isNone()) {
      requireOut("--format sglang");
      return answer(options.scanId(), ExitCode.EQUAL, output).number();
    }
    if (options.out == null && !options.dryRun) {
      throw new UsageException("--out DIR is required: where the tables go");
    }
    if (options.out != null) {
      PathOption.require("--out", options.out);
    }
    ScanId id = options.scanId().orElseGet(() -> ScanId.startedAt(now));
    Instant startedAt =
        switch (options.start()) {
          case ANEW -> now;
          case RESUMED -> BegunScan.find(options.out, id, hadoopConf).startedAt();
        };
    ReadSettings reading = options.reading();
    Inventory inventory =
        options.inventory(hadoopConf, () -> JobSession.startOnHosts(ScanRun.appName(id)));
    if (options.out != null) {
      requireOutside(inventory);
    }
    if (options.dryRun) {
      options.format.print(inventory, output);
      return InventoryReport.exitCode(inventory).number();
    }
    ScanSummary summary =
        scanRun()
            .run(
                new ScanRequest(inventory, options.out, id, startedAt)
                    .verifying(options.verifyOneIn())
                    .comparedWith(options.baseline(id))
                    .readBy(reading)
                    .starting(options.start())
                    .rereading(options.rereadDays())
                    .taking(options.replace ? TakeOver.ALWAYS : TakeOver.OF_THE_DEAD)
                    .covering(options.chosenEngines().areAll() ? Scope.FLEET : Scope.CHOSEN));
    ExitCode exitCode = summary.verdict().exitCode();
    if (options.format == ScanFormat.SGLANG) {
      return answer(Optional.of(id), exitCode, output).number();
    }
    options.format.print(summary, output);
    return exitCode.number();
  }

  /**
   * Prints the answer of the one engine.
   *
   * @return the given code; INCOMPLETE where there is no answer, and the code is EQUAL
   */
  private ExitCode answer(Optional<ScanId> scan, ExitCode code, PrintWriter output) {
    FinishedScan finished =
        FinishedScan.open(session("--format sglang"), options.out, scan).withTensors();
    boolean answered =
        new ScannedAnswer(finished, options.onlyEngines.get(0))
            .print(output, spec.commandLine().getErr());
    return answered || code != ExitCode.EQUAL ? code : ExitCode.INCOMPLETE;
  }

  private static SparkSession session(String what) {
    return JobSession.start("shardsum fleet-scan " + what);
  }

  private void requireOut(String option) {
    if (options.out == null) {
      throw new UsageException(option + " needs --out DIR: where the tables are");
    }
    PathOption.require("--out", options.out);
  }

  private ExitCode demo(Configuration hadoopConf, PrintWriter output) {
    if (options.demoNights == null) {
      Path directory =
          options.demoDirectory == null ? Path.of("shardsum-demo") : options.demoDirectory;
      return new DemoRun(directory, output).run(hadoopConf, scanRun()::run);
    }
    Path directory =
        options.demoDirectory == null ? Path.of("shardsum-month") : options.demoDirectory;
    return new DemoMonthRun(directory, output).run(options.demoNights, hadoopConf, scanRun()::run);
  }

  private ExitCode explain(PrintWriter output) {
    requireOut("--explain");
    FinishedScan newest = FinishedScan.open(session("--explain"), options.out, options.scanId());
    FinishedScan finished =
        (options.scanId().isPresent() ? newest : newest.newestOf(options.target.explain))
            .withTensors();
    ExplainReport.print(finished, Explained.parse(options.target.explain, finished), output);
    return ExitCode.EQUAL;
  }

  /** Tables are not written among weights. */
  private void requireOutside(Inventory inventory) {
    inventory
        .ownerOf(options.out)
        .ifPresent(
            engine -> {
              throw new UsageException(
                  "--out: %s lies among the weights of engine %s: expected a directory of its own"
                      .formatted(TerminalText.line(options.out), ForeignText.name(engine.name())));
            });
  }

  private ScanRun scanRun() {
    return new ScanRun(main.interruption(), spec.commandLine().getErr());
  }
}
