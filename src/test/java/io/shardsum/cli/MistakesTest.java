package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.exit.ExitCode;
import io.shardsum.testing.JavaProcess;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One line for each mistake, whichever part of a command meets it. */
class MistakesTest {

  @TempDir Path root;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fleet-scan --shards x --tp 2 --tp 4        | --tp is given twice: expected once",
        "fleet-scan --shards x --pp 2 --pp 2        | --pp is given twice: expected once",
        "fleet-scan --shards x --shards y           | --shards is given twice: expected once",
        "fleet-scan --fleet x --fleet y             | --fleet is given twice: expected once",
        "fleet-scan --shards x --profile none --profile none | --profile is given twice",
        "fleet-scan --shards x --out a --out b      | --out is given twice: expected once",
        "fleet-scan --shards x --dry-run --dry-run  | --dry-run is given twice: expected once",
        "fleet-scan --shards x --fleet y --out a    | --fleet and --shards exclude each other",
        "fleet-scan --demo --explain y              | --demo and --explain exclude each other",
        "fleet-scan --shards x --tp two             | Invalid value for option '--tp'",
        "fleet-scan --shards x --bogus              | unknown option: --bogus",
        "fleet-scan --shards x --ouut tables        | unknown option: --ouut (did you mean --out?)",
        "fleet-scan --shards x --out a more         | unexpected argument: more",
        "fleet-scan --shards x --out                | Missing required parameter for option '--out'",
        "drift-report --out a --last 2 --last 3     | --last is given twice: expected once",
        "drift-report --out a --from 2026-11-01 --from 2026-11-02 | --from is given twice",
        "drift-report --out a --last 2 --from 2026-11-01 | exclude each other: expected one",
        "drift-report --out a --scans a b --last 2  | exclude each other: expected one",
        "drift-report                               | Missing required option: '--out=DIR'",
        "retention --out a --keep-days 1 --keep-days 2 | --keep-days is given twice",
        "expect --checkpoint a --checkpoint b       | --checkpoint is given twice",
      })
  void argumentsAreRefusedInOneLine(String arguments, String words) {
    String[] all = arguments.split(" ", -1);
    CommandRun run = CommandRun.of(all[0], Stream.of(all).skip(1).toArray(String[]::new));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE.number());
    assertThat(run.err().lines().toList())
        .singleElement()
        .asString()
        .startsWith(all[0] + ": ")
        .contains(words);
  }

  @Test
  void memoryOfTheDriverIsNamedWhereItRunsOut() {
    OutOfMemoryError error = new OutOfMemoryError("Java heap space");

    for (Throwable fault :
        List.of(
            error, new IllegalStateException(error), new SparkException("Job aborted", error))) {
      assertThat(OutOfMemory.line(fault, "local[*]").orElseThrow())
          .startsWith("out of memory (Java heap space) with a heap of ")
          .containsPattern("--driver-memory \\d+g$");
    }
    assertThat(OutOfMemory.line(new IllegalStateException("Java heap space"), "local")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Lost task 0.3 in stage 3.0 (TID 9) (host executor 2): java.lang.OutOfMemoryError: Java heap space",
        "Lost task 0.3 in stage 3.0 (TID 9) (host executor 2): ExecutorLostFailure (executor 2 exited caused by one of the running tasks) Reason: Command exited with code 52",
        "ExecutorLostFailure (executor 1 exited): The executor with id 1 exited with exit code 137(SIGKILL, possible container OOM).",
        "ExecutorLostFailure (executor 1): Container killed by YARN for exceeding memory limits. 5 GB of 5 GB used"
      })
  void memoryOfExecutorsIsNamedWhereItRunsOut(String words) {
    SparkException fault = new SparkException("Job aborted due to stage failure: " + words, null);

    assertThat(OutOfMemory.line(fault, "spark://head:7077").orElseThrow())
        .contains("executor", "--executor-memory 4g");
    assertThat(OutOfMemory.line(fault, "local[*]")).isEmpty();
  }

  @Test
  void threadsThatTheSystemRefusesAreNoMatterOfTheHeap() {
    OutOfMemoryError error =
        new OutOfMemoryError("unable to create native thread: possibly out of memory");

    assertThat(OutOfMemory.line(error, "local").orElseThrow())
        .contains("ulimit -u")
        .doesNotContain("--driver-memory");
  }

  @Test
  void anotherSparkIsRefused() throws IOException {
    assertThat(SparkVersion.refusal(Main.class.getClassLoader())).isEmpty();
    assertThat(SparkVersion.refusal(sparkOfVersion("version=4.1.0"))).isEmpty();
    assertThat(SparkVersion.refusal(sparkOfVersion("version=3.5.6")))
        .hasValue("Cannot run on this Spark: expected version 4.1, found 3.5.6");
    assertThat(SparkVersion.refusal(sparkOfVersion("version=4.10.0"))).isPresent();
    assertThat(SparkVersion.refusal(sparkOfVersion("")))
        .hasValueSatisfying(line -> assertThat(line).contains("found one that does not say"));
    assertThat(SparkVersion.refusal(new URLClassLoader(new URL[0], null)))
        .hasValue("Cannot run on this Spark: expected version 4.1, found none");
  }

  private ClassLoader sparkOfVersion(String properties) throws IOException {
    Path directory = Files.createTempDirectory(root, "spark");
    Files.writeString(directory.resolve("spark-version-info.properties"), properties);
    return new URLClassLoader(new URL[] {directory.toUri().toURL()}, null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "local[x            | Could not parse Master URL",
        "spark://nowhere.invalid:7077 | nowhere.invalid:7077: no such host",
        "spark://a          | a: expected HOST:PORT",
        "spark://localhost:CLOSED | Connection refused",
      })
  void aMasterThatIsNoneIsSaidInOneLine(String master, String words) throws Exception {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 1, 1).engine("a").engine("b");
    String closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = String.valueOf(socket.getLocalPort());
    }

    JavaProcess scan =
        JavaProcess.run(
            root,
            List.of(
                "-Dspark.master=" + master.replace("CLOSED", closed),
                "-Dlog4j2.configurationFile="
                    + Path.of("conf", "log4j2.properties").toAbsolutePath()),
            Main.class,
            "fleet-scan",
            "--fleet",
            fleet.description().toString(),
            "--out",
            root.resolve("tables").toString());

    assertThat(scan.exitCode()).as(scan.output()).isEqualTo(ExitCode.FAULT.number());
    assertThat(scan.output().lines().toList())
        .singleElement()
        .asString()
        .startsWith("fleet-scan: Cannot start Spark with master ")
        .contains(words);
    assertThat(root.resolve("tables/scans")).doesNotExist();
  }

  @Test
  void aScanThatIsKilledSaysNoMoreThanThat() throws Exception {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 1, 1).engine("a").engine("b");
    Path tables = root.resolve("tables");
    Path output = root.resolve("output");
    Process scan =
        JavaProcess.builder(
                List.of("-Dspark.master=local[2]"),
                Main.class,
                "fleet-scan",
                "--fleet",
                fleet.description().toString(),
                "--out",
                tables.toString(),
                "--scan-id",
                "killed")
            .redirectOutput(output.toFile())
            .start();
    while (Files.notExists(tables)) {
      assertThat(scan.waitFor(20, TimeUnit.MILLISECONDS)).isFalse();
    }

    scan.destroy();

    assertThat(scan.waitFor()).isEqualTo(128 + 15);
    assertThat(Files.readString(output).strip())
        .containsPattern(
            "fleet-scan: interrupted: scan killed was not recorded(; continue it with --resume killed)?\\z")
        .doesNotContain("\tat ");
    try (Stream<Path> files = Files.walk(tables)) {
      assertThat(files.filter(file -> file.startsWith(tables.resolve("scans"))))
          .noneMatch(file -> file.toString().endsWith(".parquet"));
    }
  }
}
