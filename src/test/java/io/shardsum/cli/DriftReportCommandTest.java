package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.testing.JsonKeys;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import io.shardsum.verdict.TensorName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class DriftReportCommandTest {

  private static final String HOSTILE = "chat-\u001b[31m";

  @TempDir static Path out;

  /** Engine b drifts on the second day, and stays so on the fourth; c is updated then. */
  @BeforeAll
  static void tables(SparkSession spark) {
    Nights nights = new Nights();
    for (int day : new int[] {1, 2, 4}) {
      boolean damaged = day >= 2;
      Engine b = Engine.of(HOSTILE, "acme/chat", "1", "w", damaged ? "flipped" : "w");
      Engine c =
          day < 4
              ? Engine.of("c", "acme/code", "7", "c7", "c7")
              : Engine.of("c", "acme/code", "8", "c8", "c8");
      Finding damage =
          Finding.of(
              FindingKind.DAMAGED,
              Subject.tensor(HOSTILE, 1, new TensorName("target", "layers.1.weight")),
              Comparison.of("w", "flipped"),
              Optional.empty(),
              "1 tensor has other bytes");
      nights.scan(
          "prod",
          "day-" + day,
          Instant.parse("2026-11-0" + day + "T02:00:00Z"),
          List.of(Engine.of("a", "acme/chat", "1", "w", "w"), b, c),
          damaged ? new Finding[] {damage} : new Finding[0]);
    }
    nights.write(spark, out);
  }

  private static CommandRun report(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "--out";
    all[1] = out.toString();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return CommandRun.of("drift-report", all);
  }

  @Test
  void showsTheLastScanAndWhatStands() {
    CommandRun run = report();

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.out())
        .isEqualTo(
            """
            Fleet prod, scan day-4 of 2026-11-04 02:00 UTC
            Engines: 1 UPDATED, 2 UNCHANGED

            Still different
              chat-\\u001b[31m, rank 1: since scan day-2 of 2026-11-02 02:00 (2 days); last right: scan day-1 of 2026-11-01 02:00

            Other changes
            ENGINE  STATE    SCAN OF (UTC)     REVISION  RANKS     TENSORS    BYTES    SINCE
            c       UPDATED  2026-11-04 02:00  7 -> 8    0,1 of 2  2 changed  2.00 kB  2026-11-02 02:00

            Findings still there
              chat-\\u001b[31m, rank 1, layers.1.weight: DAMAGED: 1 tensor has other bytes (in 2 scans since 2026-11-02 02:00)

            DRIFT: 1 engine still differs. No new undeclared change in this range.
            What each finding means, and what to do: docs/findings.md

            """);
  }

  @Test
  void endsWellWhereNothingIsNew() {
    CommandRun run = report("--new-only");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).endsWith("\n\nNO DRIFT.\n\n").doesNotContain("DAMAGED");
  }

  @Test
  void showsARangeOfDays() {
    CommandRun run = report("--from", "2026-11-02", "--to", "2026-11-04", "--new-only");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.out())
        .startsWith(
            """
            Fleet prod, 2 scans from 2026-11-02 02:00 to 2026-11-04 02:00 UTC
            No scan on 1 day: 2026-11-03
            Engines: 1 UPDATED, 2 UNCHANGED

            Drift
            ENGINE           STATE    SCAN OF (UTC)     REVISION  RANKS   TENSORS    BYTES    SINCE
            chat-\\u001b[31m  DRIFTED  2026-11-02 02:00  1         1 of 2  1 changed  1.00 kB  2026-11-01 02:00
            """)
        .contains("\nDRIFT: 1 engine changed, and nobody declared it.\n");
  }

  @Test
  void tellsMachinesTheSame() throws IOException {
    CommandRun run = report("--last", "2", "--format", "json");

    assertThat(run.exitCode()).isEqualTo(3);
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.at("/exit_code").intValue()).isEqualTo(3);
    JsonNode fleet = json.at("/fleets/0");
    assertThat(fleet.at("/days_without_scan/0").textValue()).isEqualTo("2026-11-03");
    JsonNode drifted = fleet.at("/engines/2");
    assertThat(drifted.at("/engine").textValue()).isEqualTo(HOSTILE);
    assertThat(drifted.at("/off_since/scan_id").textValue()).isEqualTo("day-2");
    assertThat(drifted.at("/steps").findValuesAsText("state"))
        .containsExactly("DRIFTED", "UNCHANGED");
    assertThat(drifted.at("/steps/0/tensors").toString())
        .isEqualTo(
            "{\"changed\":1,\"added\":0,\"removed\":0,\"bytes\":1000,\"first_key\":\"layers.1.weight\"}");
    JsonNode finding = fleet.at("/findings/0");
    assertThat(finding.at("/state").textValue()).isEqualTo("STILL_THERE");
    assertThat(finding.at("/fingerprint").textValue()).matches("[0-9a-f]{32}");
    assertThat(finding.at("/times_seen").intValue()).isEqualTo(2);
    assertThat(JsonKeys.of(json))
        .isEqualTo(
            """
            .: exit_code fleets
            fleets: fleet new_drift standing_drift open_errors open_warnings scans days_without_scan left_out engines findings
            fleets.scans: scan_id started_at verdict scope
            fleets.engines: engine source state first_seen last_right off_since off_ranks steps
            fleets.engines.first_seen: scan_id started_at
            fleets.engines.last_right: scan_id started_at
            fleets.engines.steps: scan_id state compared_with model revision revision_before checksum expected_ranks hashed_ranks worst changed_ranks drifted_ranks tensors
            fleets.engines.steps.tensors: changed added removed bytes first_key
            fleets.engines.off_since: scan_id started_at
            fleets.findings: fingerprint state kind severity engine source rank role tensor expected actual votes cause location detail first_seen last_seen times_seen steps
            fleets.findings.first_seen: scan_id started_at
            fleets.findings.last_seen: scan_id started_at
            fleets.findings.steps: scan_id state
            """);
    assertThat(report("--last", "2", "--format", "json").out()).isEqualTo(run.out());
  }

  @Test
  void writesTheReportBesideTheTable(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("drift report.html");

    CommandRun run = report("--new-only", "--html", file.toString());

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo(report("--new-only").out());
    assertThat(run.exitCode()).isZero();
    assertThat(Files.readString(file))
        .startsWith("<!DOCTYPE html>")
        .contains("does not hold what it should.")
        .contains(
            "\"scans\":[{\"id\":\"day-1\",\"startedAt\":\"2026-11-01T02:00:00Z\"",
            "{\"id\":\"day-4\",")
        .doesNotContain("\u001b");
    report("--last", "2", "--html", file.toString());
    assertThat(Files.readString(file)).contains("\"scans\":[{\"id\":\"day-2\",");
  }

  @Test
  void tellsOfAFindingThatBeganWithinTheRangeAsNew() throws IOException {
    CommandRun run = report("--last", "3", "--new-only");
    CommandRun json = report("--last", "3", "--new-only", "--format", "json");

    assertThat(run.out())
        .contains("New findings\n  chat-\\u001b[31m, rank 1, layers.1.weight: DAMAGED");
    assertThat(run.out()).doesNotContain("Findings still there");
    assertThat(new ObjectMapper().readTree(json.out()).at("/fleets/0/findings")).hasSize(1);
  }

  @Test
  void refusesTablesThatAreNotWholeInOneLine(SparkSession spark, @TempDir Path directory)
      throws IOException {
    new Nights()
        .scan(
            "prod",
            "only",
            Instant.parse("2026-11-01T02:00:00Z"),
            List.of(Engine.of("a", "acme/chat", "1", "w")))
        .write(spark, directory);
    Path ranks = directory.resolve("ranks/scan_date=2026-11-01/scan_id=only");
    Path file;
    try (Stream<Path> files = Files.list(ranks)) {
      file = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    try (Stream<Path> sums = Files.list(ranks)) {
      for (Path sum : sums.filter(f -> f.toString().endsWith(".crc")).toList()) {
        Files.delete(sum);
      }
    }
    Files.writeString(file, "not Parquet");

    CommandRun broken = CommandRun.of("drift-report", "--out", directory.toString());
    Files.delete(file);
    CommandRun gone = CommandRun.of("drift-report", "--out", directory.toString());
    CommandRun explained = CommandRun.fleetScan("--explain", "a/0", "--out", directory.toString());
    Files.delete(ranks);
    Files.delete(ranks.getParent());
    Files.delete(ranks.getParent().getParent());
    CommandRun table = CommandRun.of("drift-report", "--out", directory.toString());

    assertThat(broken.err())
        .startsWith("drift-report: Cannot read file:")
        .contains(file.getFileName().toString(), "is not a Parquet file")
        .hasLineCount(1);
    assertThat(broken.exitCode()).isEqualTo(1);
    assertThat(gone)
        .isEqualTo(
            new CommandRun(
                2,
                "",
                "drift-report: Cannot read scan only in %s: expected 1 rows of ranks, found 0\n"
                    .formatted(directory)));
    assertThat(explained)
        .isEqualTo(
            new CommandRun(
                2,
                "",
                "fleet-scan: Cannot read %s/ranks: expected Parquet files, found none\n"
                    .formatted(directory)));
    assertThat(table.exitCode()).isEqualTo(1);
    assertThat(table.err())
        .startsWith("drift-report: Cannot read file:%s/ranks: ".formatted(directory))
        .hasLineCount(1);
  }

  @Test
  void saysInTheReportThatADigestIsWrongAndNotTheWeights(
      SparkSession spark, @TempDir Path directory) throws IOException {
    Finding wrong =
        Finding.of(
            FindingKind.ENGINE_DIGEST_WRONG,
            Subject.engine("a"),
            Comparison.of("0123", "4567"),
            Optional.empty(),
            "the engine's digest does not follow from its ranks'");
    new Nights()
        .scan(
            "prod",
            "only",
            Instant.parse("2026-11-01T02:00:00Z"),
            List.of(Engine.of("a", "acme/chat", "1", "w"), Engine.of("b", "acme/chat", "1", "w")),
            wrong)
        .write(spark, directory.resolve("tables"));
    Path file = directory.resolve("report.html");

    CommandRun run =
        CommandRun.of(
            "drift-report",
            "--out",
            directory.resolve("tables").toString(),
            "--html",
            file.toString());

    assertThat(run.err()).isEmpty();
    assertThat(Files.readString(file))
        .contains("reports a digest that does not match the tensors it reports.")
        .doesNotContain("does not hold what it should.");
  }

  /** As where an update was declared, and one engine kept the old weights from the start. */
  @Test
  void neverSaysNoDriftWhileAnErrorIsOpen(SparkSession spark, @TempDir Path directory)
      throws IOException {
    Finding stale =
        Finding.of(
            FindingKind.STALE_REVISION,
            Subject.engine("c"),
            Comparison.NONE,
            Optional.empty(),
            "the whole engine is that of revision 1");
    Nights nights = new Nights();
    for (int night : new int[] {1, 2}) {
      String revision = Integer.toString(night);
      nights.scan(
          "prod",
          "n" + night,
          Instant.parse("2026-11-0" + night + "T02:00:00Z"),
          List.of(
              Engine.of("a", "acme/chat", revision, "w" + night),
              Engine.of("b", "acme/chat", revision, "w" + night),
              Engine.of("c", "acme/chat", revision, "w1"),
              Engine.of("a", "acme/chat", revision, "w" + night).running()),
          night == 2 ? new Finding[] {stale} : new Finding[0]);
    }
    nights.write(spark, directory);

    Path page = directory.resolve("page.html");
    CommandRun run =
        CommandRun.of("drift-report", "--out", directory.toString(), "--html", page.toString());
    CommandRun json =
        CommandRun.of("drift-report", "--out", directory.toString(), "--format", "json");
    CommandRun first =
        CommandRun.of("drift-report", "--out", directory.toString(), "--to", "2026-11-01");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.out())
        .contains("c         NOT_UPDATED", "1 -> 2", "STALE_REVISION")
        .contains("\nDRIFT: 1 engine differs. No new undeclared change in this range.\n");
    assertThat(Files.readString(page)).contains("\"NOT_UPDATED\"", "\"different\":true");
    JsonNode fleet = new ObjectMapper().readTree(json.out()).at("/fleets/0");
    assertThat(fleet.at("/open_errors").intValue()).isEqualTo(1);
    assertThat(fleet.at("/engines/3/steps/0/worst").textValue()).isEqualTo("DIFFERENT");
    assertThat(first.out()).endsWith("\nNO DRIFT.\n\n");
    assertThat(first.exitCode()).isZero();
  }

  /** As where the clock of a host was a month ahead, or a file of the tables was cut off. */
  @Test
  void leavesOutScansThatAreDatedInTheFutureOrCannotBeRead(
      SparkSession spark, @TempDir Path directory) throws IOException {
    Finding damage =
        Finding.of(
            FindingKind.DAMAGED,
            Subject.tensor("b", 0, new TensorName("target", "layers.1.weight")),
            Comparison.of("w", "x"),
            Optional.empty(),
            "1 tensor has other bytes");
    Instant today = Instant.parse("2026-11-03T02:00:00Z");
    Engine a = Engine.of("a", "acme/chat", "1", "w");
    Engine right = Engine.of("b", "acme/chat", "1", "w");
    new Nights()
        .scan("prod", "first", Instant.parse("2026-11-01T02:00:00Z"), List.of(a, right))
        .scan("prod", "cut", Instant.parse("2026-11-02T02:00:00Z"), List.of(a, right))
        .scan("prod", "today", today, List.of(a, Engine.of("b", "acme/chat", "1", "x")), damage)
        .scan("prod", "future", Instant.now().plus(Duration.ofDays(30)), List.of(a, right))
        .write(spark, directory);
    Path ranks = directory.resolve("ranks/scan_date=2026-11-02/scan_id=cut");
    try (Stream<Path> files = Files.list(ranks)) {
      for (Path file : files.toList()) {
        if (file.toString().endsWith(".crc")) {
          Files.delete(file);
        } else {
          Files.writeString(file, "PAR1, and no more");
        }
      }
    }

    CommandRun run = CommandRun.of("drift-report", "--out", directory.toString());
    CommandRun json =
        CommandRun.of("drift-report", "--out", directory.toString(), "--format", "json");
    CommandRun pair =
        CommandRun.of("drift-report", "--out", directory.toString(), "--scans", "cut", "today");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.out())
        .startsWith("Fleet prod, scan today of 2026-11-03 02:00 UTC\n")
        .contains(
            "Scan cut is left out: Cannot read file:",
            "Scan future is left out: it is dated ",
            ", in the future (now: ",
            "DRIFTED  2026-11-03 02:00")
        .contains("2026-11-01 02:00");
    assertThat(new ObjectMapper().readTree(json.out()).at("/fleets/0/left_out"))
        .extracting(scan -> scan.at("/scan_id").textValue())
        .containsExactly("cut", "future");
    assertThat(pair.exitCode()).isEqualTo(1);
    assertThat(pair.err()).startsWith("drift-report: Cannot read file:").hasLineCount(1);
  }

  @Test
  void saysThatNotEverythingCouldBeChecked(SparkSession spark, @TempDir Path directory) {
    Finding alone =
        Finding.of(
            FindingKind.UNVERIFIED,
            Subject.engine("a"),
            Comparison.NONE,
            Optional.empty(),
            "no other copy");
    new Nights()
        .scan(
            "prod",
            "only",
            Instant.parse("2026-11-01T02:00:00Z"),
            List.of(Engine.of("a", "acme/chat", "1", "w")),
            alone)
        .write(spark, directory);

    CommandRun run = CommandRun.of("drift-report", "--out", directory.toString());

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .endsWith("\nNO DRIFT. Not everything could be checked: 1 warning is open.\n\n");
  }

  @Test
  void refusesInOneLine() {
    assertRefused("No scan of fleet none in these tables: they have prod", "--fleet", "none");
    assertRefused("No finished scan day-3 in these tables", "--scans", "day-3", "day-4");
    assertRefused(
        "--scans: Invalid scan id '../x': expected 1 to 100 letters, digits, '.', '_' or '-', the first a letter or a digit",
        "--scans",
        "../x",
        "day-4");
    assertRefused("--html: not a path: : Can not create a Path from an empty string", "--html", "");
    assertRefused("--last: expected a number of scans from 1, found 0", "--last", "0");
    assertRefused(
        "Expected days in order, found 2026-11-04 before 2026-11-02",
        "--from",
        "2026-11-04",
        "--to",
        "2026-11-02");
    assertRefused(
        "No scan from 2027-01-01: these tables have scans from 2026-11-01 to 2026-11-04",
        "--from",
        "2027-01-01");
    assertThat(report("--last", "2", "--scans", "day-1", "day-2").exitCode()).isEqualTo(2);
    CommandRun noDate = report("--from", "yesterday");
    assertThat(noDate.exitCode()).isEqualTo(2);
    assertThat(noDate.err())
        .startsWith("drift-report: Invalid value for option '--from': expected a day as YYYY-MM-DD")
        .contains("found 'yesterday'")
        .doesNotContain("java");
    assertThat(report("--from", "2026-13-01").err())
        .contains("found '2026-13-01'")
        .doesNotContain("java");
    CommandRun empty = CommandRun.of("drift-report", "--out", out.resolve("none").toString());
    assertThat(empty.exitCode()).isEqualTo(2);
    assertThat(empty.err())
        .isEqualTo(
            "drift-report: No finished scan in %s/none: expected tables that jobs/fleet-scan has written%n"
                .formatted(out));
  }

  private static void assertRefused(String message, String... arguments) {
    CommandRun run = report(arguments);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isEqualTo("drift-report: " + message + System.lineSeparator());
  }
}
