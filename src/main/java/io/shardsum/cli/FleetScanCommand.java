package io.shardsum.cli;

import io.shardsum.fleet.Digest;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.ShardsDirectory;
import io.shardsum.fleet.SkipProfile;
import io.shardsum.gpu.Accelerator;
import io.shardsum.scan.Baseline;
import io.shardsum.scan.FinishedScan;
import io.shardsum.scan.HeaderStructure;
import io.shardsum.scan.ScanId;
import io.shardsum.scan.ScanRequest;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.Scope;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jobs/fleet-scan}: hashes the weights of a fleet and says which engines agree. */
@Command(
    name = "fleet-scan",
    sortOptions = false,
    usageHelpAutoWidth = true,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Checksums every weight shard of a fleet and says which engines agree.",
    footer = {
      "",
      "Options for Spark go before or among these: --master, --conf KEY=VALUE, --properties-file FILE,",
      "--driver-memory, --executor-memory, ... (see spark-submit --help).",
      "",
      "--gpu hashes on GPUs, under the RAPIDS Accelerator: from --rapids-jar FILE, else fetched by Maven.",
      "",
      "Exit codes: 0 all complete and equal, 1 fault of the job, 2 usage, 3 differences found,",
      "4 no differences, but not everything could be checked."
    })
final class FleetScanCommand implements Callable<Integer> {

  private static final int MOST_NIGHTS = 366;

  @ArgGroup(multiplicity = "0..1")
  private Target target = new Target();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Directory of the Parquet tables; any Hadoop file system.")
  private String out;

  @Option(
      names = "--scan-id",
      paramLabel = "ID",
      description = "Name of this scan; an earlier scan of this name is replaced.")
  private String scanId;

  @Option(
      names = "--baseline",
      paramLabel = "SCAN_ID[/ENGINE]",
      description = "An earlier scan under --out that is right: compare with it, without a vote.")
  private String baseline;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      arity = "1..*",
      description = "Only these engines.")
  private List<String> onlyEngines = List.of();

  @Option(
      names = "--digest",
      paramLabel = "DIGEST",
      description = "sglang, sha256 or both, for all engines; else as the fleet says (sglang).")
  private String digest;

  @Option(
      names = "--verify-gpu",
      paramLabel = "N",
      arity = "0..1",
      fallbackValue = "1000",
      description = {
        "With --gpu: hash one in N chunks (default: ${FALLBACK-VALUE}), and one of each file, on the",
        "CPU, too, and end with exit code 1 at the first difference."
      })
  private Integer verifyOneIn;

  @Option(
      names = "--dry-run",
      description = "Only list: engines, ranks, files, bytes, what is missing. Reads no weights.")
  private boolean dryRun;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = {
        "table, json, or sglang: the answer that --engine NAME would give at /weights_checker,",
        "from its files; without a fleet: of a finished scan under --out (default:",
        "${DEFAULT-VALUE})."
      })
  private ScanFormat format = ScanFormat.TABLE;

  @ArgGroup(validate = false, heading = "With --shards:%n")
  private ShardsOptions shardsOptions = new ShardsOptions();

  @Option(
      names = "--demo-dir",
      paramLabel = "DIR",
      description =
          "Where --demo makes its fleet (default: shardsum-demo; with --nights: shardsum-month).")
  private Path demoDirectory;

  @Option(
      names = "--nights",
      paramLabel = "N",
      description = {
        "With --demo: a fleet to which things happen, and the scans of so many nights (30: a month",
        "with all that happens), dated from 2026-10-01 on."
      })
  private Integer demoNights;

  @Spec private CommandSpec spec;

  /** What to scan: exactly one of these. */
  private static final class Target {
    @Option(names = "--fleet", paramLabel = "FILE", description = "Description of the fleet, YAML.")
    private Path fleet;

    @Option(
        names = "--shards",
        paramLabel = "DIR",
        description = "Without a description: each sub-directory is an engine.")
    private String shards;

    @Option(
        names = "--demo",
        description = "Make a small fleet with two faults, scan it, and show what was found.")
    private boolean demo;

    @Option(
        names = "--explain",
        paramLabel = "ENGINE[/RANK[/TENSOR]]",
        description =
            "Scan nothing: show all that a finished scan under --out (the latest, or --scan-id) knows of it.")
    private String explain;

    private boolean isNone() {
      return fleet == null && shards == null && !demo && explain == null;
    }
  }

  /** What a description would say. */
  private static final class ShardsOptions {
    @Option(names = "--tp", paramLabel = "N", description = "Tensor-parallel ranks of each engine.")
    private Integer tp;

    @Option(names = "--pp", paramLabel = "N", description = "Pipeline stages of each engine.")
    private Integer pp;

    @Option(
        names = "--profile",
        paramLabel = "NAME",
        description = "Which buffers the engine leaves out (default: the newest SGLang's).")
    private String profile;
  }

  @Override
  public Integer call() {
    Instant startedAt = Instant.now();
    PrintWriter output = spec.commandLine().getOut();
    Configuration hadoopConf = SparkHadoopUtil.get().newConfiguration(new SparkConf());
    requireFitting();
    if (target.demo) {
      return demo(hadoopConf, output).number();
    }
    if (target.explain != null) {
      return explain(output).number();
    }
    if (target.isNone()) {
      requireOut("--format sglang");
      Optional<ScanId> wanted = scanId == null ? Optional.empty() : Optional.of(scanId());
      return answer(wanted, ExitCode.EQUAL, output).number();
    }
    if (out == null && !dryRun) {
      throw new UsageException("--out DIR is required: where the tables go");
    }
    if (out != null) {
      PathOption.require("--out", out);
    }
    ScanId id = scanId == null ? ScanId.startedAt(startedAt) : scanId();
    Inventory inventory = inventory(hadoopConf);
    if (dryRun) {
      format.print(inventory, output);
      return InventoryReport.exitCode(inventory).number();
    }
    requireOutside(inventory);
    ScanSummary summary =
        scanRun()
            .of(
                new ScanRequest(inventory, out, id, startedAt)
                    .verifying(optional(verifyOneIn))
                    .comparedWith(baseline(id))
                    .of(chosenEngines().areAll() ? Scope.FLEET : Scope.CHOSEN));
    ExitCode exitCode = ExitCode.of(summary.verdict());
    if (format == ScanFormat.SGLANG) {
      return answer(Optional.of(id), exitCode, output).number();
    }
    format.print(summary, output);
    return exitCode.number();
  }

  /**
   * Prints the answer of the one engine.
   *
   * @return the given code; INCOMPLETE where there is no answer, and the code is EQUAL
   */
  private ExitCode answer(Optional<ScanId> scan, ExitCode code, PrintWriter output) {
    FinishedScan finished = FinishedScan.open(session("--format sglang"), out, scan).withTensors();
    boolean answered =
        new ScannedAnswer(finished, onlyEngines.get(0)).print(output, spec.commandLine().getErr());
    return answered || code != ExitCode.EQUAL ? code : ExitCode.INCOMPLETE;
  }

  private static SparkSession session(String what) {
    return SparkSession.builder().appName("shardsum fleet-scan " + what).getOrCreate();
  }

  private void requireOut(String option) {
    if (out == null) {
      throw new UsageException(option + " needs --out DIR: where the tables are");
    }
    PathOption.require("--out", out);
  }

  private ExitCode demo(Configuration hadoopConf, PrintWriter output) {
    if (demoNights == null) {
      Path directory = demoDirectory == null ? Path.of("shardsum-demo") : demoDirectory;
      return new DemoRun(directory, output).run(hadoopConf, scanRun()::of);
    }
    Path directory = demoDirectory == null ? Path.of("shardsum-month") : demoDirectory;
    return new DemoMonthRun(directory, output).run(demoNights, hadoopConf, scanRun()::of);
  }

  private ExitCode explain(PrintWriter output) {
    requireOut("--explain");
    Optional<ScanId> wanted = scanId == null ? Optional.empty() : Optional.of(scanId());
    FinishedScan finished = FinishedScan.open(session("--explain"), out, wanted).withTensors();
    ExplainReport.print(finished, Explained.parse(target.explain, finished), output);
    return ExitCode.EQUAL;
  }

  /** An option that would be ignored is refused. */
  private void requireFitting() {
    requireTarget();
    boolean described =
        shardsOptions.tp != null || shardsOptions.pp != null || shardsOptions.profile != null;
    if (target.shards == null && described) {
      throw new UsageException(
          "--tp, --pp and --profile go with --shards; a description of the fleet has them itself");
    }
    boolean others =
        out != null
            || scanId != null
            || baseline != null
            || digest != null
            || !onlyEngines.isEmpty()
            || verifyOneIn != null
            || dryRun;
    boolean ofAScan =
        baseline != null
            || digest != null
            || !onlyEngines.isEmpty()
            || verifyOneIn != null
            || dryRun
            || format != ScanFormat.TABLE;
    if (target.explain != null && ofAScan) {
      throw new UsageException("--explain takes no other option but --out and --scan-id");
    }
    if (target.demo && (others || format != ScanFormat.TABLE)) {
      throw new UsageException("--demo takes no other option but --demo-dir and --nights");
    }
    if (demoNights != null && (!target.demo || demoNights < 1 || demoNights > MOST_NIGHTS)) {
      throw new UsageException(
          "--nights goes with --demo: expected a number from 1 to %s, found %s"
              .formatted(MOST_NIGHTS, demoNights));
    }
    if (verifyOneIn != null && verifyOneIn < 1) {
      throw new UsageException(
          "--verify-gpu: expected a number from 1, as of one in so many, found " + verifyOneIn);
    }
    if (verifyOneIn != null && Accelerator.of(new SparkConf()) == Accelerator.CPU) {
      throw new UsageException("--verify-gpu goes with --gpu: on CPUs there is nothing to verify");
    }
  }

  private void requireTarget() {
    boolean answer = format == ScanFormat.SGLANG && !target.demo && target.explain == null;
    if (answer && onlyEngines.size() != 1) {
      throw new UsageException("--format sglang goes with one --engine NAME");
    }
    if (!target.isNone()) {
      return;
    }
    if (!answer) {
      throw new UsageException(
          "Missing required argument: --fleet FILE, --shards DIR, --demo or --explain ENGINE");
    }
    if (baseline != null || digest != null || verifyOneIn != null || dryRun) {
      throw new UsageException(
          "--format sglang of a finished scan takes only --engine, --out and --scan-id");
    }
  }

  /** Tables are not written among weights. */
  private void requireOutside(Inventory inventory) {
    inventory
        .ownerOf(out)
        .ifPresent(
            engine -> {
              throw new UsageException(
                  "--out: %s lies among the weights of engine %s: expected a directory of its own"
                      .formatted(TerminalText.line(out), TerminalText.name(engine.name())));
            });
  }

  private ScanId scanId() {
    try {
      return new ScanId(scanId);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private Optional<Baseline> baseline(ScanId thisScan) {
    if (baseline == null) {
      return Optional.empty();
    }
    Baseline parsed;
    try {
      parsed = Baseline.parse(baseline);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--baseline: " + e.getMessage());
    }
    if (parsed.scanId().equals(thisScan)) {
      throw new UsageException(
          "--baseline: %s is replaced by this scan: expected another".formatted(thisScan.text()));
    }
    return Optional.of(parsed);
  }

  private ScanRun scanRun() {
    return new ScanRun(spec.commandLine().getErr());
  }

  private ChosenEngines chosenEngines() {
    return new ChosenEngines(onlyEngines);
  }

  private Inventory inventory(Configuration hadoopConf) {
    if (target.shards != null) {
      ShardsDirectory directory =
          new ShardsDirectory(
              target.shards,
              optional(shardsOptions.tp),
              optional(shardsOptions.pp),
              digest == null ? Digest.SGLANG : Digest.parse(digest),
              shardsOptions.profile == null
                  ? SkipProfile.newest()
                  : SkipProfile.byName(shardsOptions.profile));
      return chosenEngines().of(directory.inventory(hadoopConf, new HeaderStructure(hadoopConf)));
    }
    FleetDescription fleet = FleetDescription.load(target.fleet);
    if (digest != null) {
      fleet = fleet.withDigest(Digest.parse(digest));
    }
    return Inventory.of(chosenEngines().of(fleet), hadoopConf);
  }

  private static OptionalInt optional(Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
