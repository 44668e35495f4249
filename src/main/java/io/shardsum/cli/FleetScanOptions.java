package io.shardsum.cli;

import io.shardsum.exit.UsageException;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.FileDigest;
import io.shardsum.fleet.FleetDescription;
import io.shardsum.fleet.IgnoredFiles;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.ShardsDirectory;
import io.shardsum.fleet.SkipProfile;
import io.shardsum.fleet.Visibility;
import io.shardsum.hosts.HostInventory;
import io.shardsum.io.ByteRate;
import io.shardsum.io.LocalReads;
import io.shardsum.io.ReadSettings;
import io.shardsum.io.Retries;
import io.shardsum.scan.plan.Baseline;
import io.shardsum.scan.plan.ScanStart;
import io.shardsum.source.HeaderStructure;
import io.shardsum.tables.ScanId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options of {@code jobs/fleet-scan}, and what they mean. {@link OptionRules} says which go
 * together.
 */
final class FleetScanOptions {

  @Mixin Target target = new Target();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the tables go: a directory, or a location of any Hadoop file system.")
  String out;

  @Option(
      names = "--scan-id",
      paramLabel = "ID",
      description = "Name of this scan. It replaces an earlier scan of this name.")
  String scanId;

  @Option(
      names = "--baseline",
      paramLabel = "SCAN_ID[/ENGINE]",
      description = "Compare with this earlier scan under --out, the reference, instead of voting.")
  String baseline;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      arity = "1..*",
      description = "Only these engines.")
  List<String> onlyEngines = List.of();

  @Option(
      names = "--digest",
      paramLabel = "DIGEST",
      description =
          "sglang, sha256 or both, for all engines (default: what the description says, or sglang).")
  String digest;

  @Option(
      names = "--file-digest",
      paramLabel = "DIGEST",
      description =
          "sha256: also hash each file as a whole, in the same reading. none: do not, even if the"
              + " description says so.")
  String fileDigest;

  @Option(
      names = "--max-rate",
      paramLabel = "RATE",
      description = "Limit for each executor's reading, such as 500MB/s or 2GB/s.")
  String maxRate;

  @Option(
      names = "--direct",
      description =
          "Read local files past the page cache: the scan checks the disk, and leaves cached what "
              + "serving engines need.")
  boolean direct;

  @Option(
      names = "--verify-gpu",
      paramLabel = "N",
      arity = "0..1",
      fallbackValue = "1000",
      description =
          "With --gpu: also hash one in N chunks (default: ${FALLBACK-VALUE}), and one of each file, "
              + "on the CPU. The first difference ends the scan with exit code 1.")
  Integer verifyOneIn;

  @Option(
      names = "--reread-days",
      paramLabel = "N",
      description =
          "Skip files that have not changed (path, length, time, inode or ETag) since a scan under "
              + "--out hashed them, less than N days ago. Each scan still reads 1/N of all bytes, the "
              + "oldest first, engines with findings, and copies that differ.")
  Integer rereadDays;

  @Option(
      names = "--replace",
      description =
          "With --scan-id: take the name over from a scan that died. A scan of another host counts as "
              + "dead after 10 minutes without a sign of life.")
  boolean replace;

  @Option(
      names = "--resume",
      paramLabel = "SCAN_ID",
      description =
          "Continue a scan that did not finish. Files that are in its tables already are not read "
              + "again, unless they have changed.")
  String resume;

  @Option(
      names = "--dry-run",
      description =
          "Only list engines, ranks, files, bytes, and what is missing. Reads no weights.")
  boolean dryRun;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "table, json or sglang (default: ${DEFAULT-VALUE}). sglang computes from files what "
              + "--engine NAME would answer at /weights_checker. Without --fleet or --shards it takes "
              + "them from a finished scan under --out.")
  ScanFormat format = ScanFormat.TABLE;

  @Mixin ShardsOptions shardsOptions = new ShardsOptions();

  @Option(
      names = "--demo-dir",
      paramLabel = "DIR",
      description =
          "Where --demo makes its fleet (default: shardsum-demo; with --nights: shardsum-month).")
  Path demoDirectory;

  @Option(
      names = "--nights",
      paramLabel = "N",
      description =
          "With --demo: scan a fleet that changes over N nights, one scan a night (30: a month "
              + "with every kind of change), dated from 2026-10-01 on, or earlier.")
  Integer demoNights;

  /** What to scan: exactly one of these. */
  static final class Target {
    @Option(
        names = "--fleet",
        paramLabel = "FILE",
        description = "The fleet's description, a YAML file.")
    Path fleet;

    @Option(
        names = "--shards",
        paramLabel = "DIR",
        description = "Without a description: each sub-directory of DIR is an engine.")
    String shards;

    @Option(
        names = "--demo",
        description = "Make a small fleet with two faults, scan it, and show what was found.")
    boolean demo;

    @Option(
        names = "--explain",
        paramLabel = "ENGINE[/RANK[/TENSOR]]",
        description =
            "Scan nothing. Show all that a finished scan under --out (the latest, or --scan-id) knows of "
                + "an engine, rank or tensor.")
    String explain;

    boolean isNone() {
      return given().isEmpty();
    }

    List<String> given() {
      List<String> given = new ArrayList<>();
      if (fleet != null) {
        given.add("--fleet");
      }
      if (shards != null) {
        given.add("--shards");
      }
      if (demo) {
        given.add("--demo");
      }
      if (explain != null) {
        given.add("--explain");
      }
      return given;
    }
  }

  /** What a description would say. */
  static final class ShardsOptions {
    @Option(names = "--tp", paramLabel = "N", description = "Tensor-parallel ranks of each engine.")
    Integer tp;

    @Option(names = "--pp", paramLabel = "N", description = "Pipeline stages of each engine.")
    Integer pp;

    @Option(
        names = "--profile",
        paramLabel = "NAME",
        description =
            "Which buffers the engine's checksum leaves out (default: as the newest SGLang).")
    String profile;

    @Option(
        names = "--ignore",
        paramLabel = "GLOB",
        arity = "1..*",
        description = "Files that are not to be read, such as 'original'.")
    List<String> ignored = List.of();

    @Option(
        names = "--shared",
        description = "All hosts see the same files at these paths, as on NFS.")
    boolean shared;

    boolean areGiven() {
      return tp != null || pp != null || profile != null || !ignored.isEmpty() || shared;
    }
  }

  /** Whether the scan goes on with another. */
  ScanStart start() {
    return resume == null ? ScanStart.ANEW : ScanStart.RESUMED;
  }

  /** What {@code --scan-id} or {@code --resume} names; empty: neither is given. */
  Optional<ScanId> scanId() {
    try {
      return Optional.ofNullable(resume).or(() -> Optional.ofNullable(scanId)).map(ScanId::new);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** What {@code --baseline} names, for the scan of that name. */
  Optional<Baseline> baseline(ScanId thisScan) {
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
          "--baseline: this scan replaces %s: expected another scan".formatted(thisScan.text()));
    }
    return Optional.of(parsed);
  }

  /** How files of weights are read. */
  ReadSettings reading() {
    ByteRate rate;
    try {
      rate = maxRate == null ? ByteRate.UNLIMITED : ByteRate.parse(maxRate);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--max-rate: " + e.getMessage());
    }
    return new ReadSettings(
        Retries.USUAL_COUNT, rate, direct ? LocalReads.DIRECT : LocalReads.THROUGH_CACHE);
  }

  /** What {@code --engine} names. */
  ChosenEngines chosenEngines() {
    return new ChosenEngines(onlyEngines);
  }

  /**
   * What is to be scanned, of {@code --fleet} or {@code --shards}.
   *
   * @param session for engines on the disks of hosts, which these list
   */
  Inventory inventory(Configuration hadoopConf, Supplier<SparkSession> session) {
    if (target.shards != null) {
      ShardsDirectory directory = shardsDirectory();
      if (out != null && directory.holds(out)) {
        throw new UsageException(
            "--out: %s lies within %s, which is scanned: expected a directory elsewhere"
                .formatted(TerminalText.line(out), TerminalText.line(target.shards)));
      }
      return chosenEngines()
          .choose(directory.inventory(hadoopConf, new HeaderStructure(hadoopConf, reading())));
    }
    FleetDescription fleet = FleetDescription.load(target.fleet);
    if (digest != null) {
      fleet = fleet.withDigest(Digest.parse(digest));
    }
    if (fileDigest != null) {
      fleet = fleet.withFileDigest(FileDigest.parse(fileDigest));
    }
    FleetDescription chosen = chosenEngines().choose(fleet);
    return chosen.hosts().isEmpty()
        ? Inventory.of(chosen, hadoopConf)
        : HostInventory.of(chosen, session.get());
  }

  private ShardsDirectory shardsDirectory() {
    return new ShardsDirectory(
        target.shards,
        optional(shardsOptions.tp),
        optional(shardsOptions.pp),
        digest == null ? Digest.SGLANG : Digest.parse(digest),
        fileDigest == null ? FileDigest.NONE : FileDigest.parse(fileDigest),
        shardsOptions.profile == null
            ? SkipProfile.newest()
            : SkipProfile.byName(shardsOptions.profile),
        new IgnoredFiles(shardsOptions.ignored),
        shardsOptions.shared ? Visibility.ALL_HOSTS : Visibility.THIS_HOST);
  }

  /** One chunk in how many the CPU hashes, too; empty: none. */
  OptionalInt verifyOneIn() {
    return optional(verifyOneIn);
  }

  /** How old a digest may be that is reused; empty: none is. */
  OptionalInt rereadDays() {
    return optional(rereadDays);
  }

  private static OptionalInt optional(Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
