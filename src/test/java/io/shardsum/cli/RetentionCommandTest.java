package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.testing.JsonKeys;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.testing.SmallFleet;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class RetentionCommandTest {

  private static final String HOSTILE = "prod-\u001b[31m";

  @TempDir static Path out;

  @TempDir Path place;

  /** Three scans of two equal copies; the first two are old. */
  @BeforeAll
  static void tables(SparkSession spark) {
    Nights nights = new Nights();
    for (int daysAgo : new int[] {30, 20, 1}) {
      nights.scan(
          HOSTILE,
          "ago-" + daysAgo,
          Instant.now().minus(Duration.ofDays(daysAgo)),
          List.of(
              Engine.of("a", "acme/chat", "1", "w", "w"),
              Engine.of("b", "acme/chat", "1", "w", "w")),
          Finding.of(
              FindingKind.UNVERIFIED,
              Subject.engine("a"),
              Comparison.NONE,
              Optional.empty(),
              "2 ranks"));
    }
    nights.write(spark, out);
  }

  private static CommandRun retention(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "--out";
    all[1] = out.toString();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return CommandRun.of("retention", all);
  }

  @Test
  void saysWhatItWouldDropAndDropsItWhenToldTo() throws IOException {
    CommandRun told = retention("--keep-days", "10");

    assertThat(told.err()).isEmpty();
    assertThat(told.exitCode()).isZero();
    assertThat(told.out())
        .startsWith("Fleet prod-\\u001b[31m: 3 scans, 2 of them began before ")
        .containsPattern("ago-30 +\\S+ \\S+ +\\S+ kB +\\S+ kB +delete tensors\n")
        .containsPattern(
            "Would delete the tensors of 2 scans: \\S+ kB. Nothing was deleted: that needs --delete.\n$");

    CommandRun done = retention("--keep-days", "10", "--delete", "--format", "json");

    assertThat(done.exitCode()).isZero();
    JsonNode json = new ObjectMapper().readTree(done.out());
    assertThat(json.at("/deleted").booleanValue()).isTrue();
    assertThat(json.at("/scans").findValuesAsText("fate"))
        .containsExactly("TENSORS_GO", "TENSORS_GO", "KEPT");
    assertThat(json.at("/scans/2/kept_because/0").textValue()).isEqualTo("YOUNG");
    assertThat(JsonKeys.of(json))
        .isEqualTo(
            """
            .: exit_code deleted dropped_bytes scans leftovers gathered removed faults
            scans: fleet scan_id started_at fate kept_because tensor_bytes other_bytes
            """);

    assertThat(retention("--keep-days", "10", "--delete").out())
        .contains("tensors were deleted before")
        .endsWith("Nothing to delete.\n");
    saysThatTheyAreGone();
  }

  @Test
  void aScanThatTakesTheNameOfAGatheredOneReplacesIt() throws IOException {
    SmallFleet fleet = SmallFleet.of(place.resolve("fleet"), 1, 1);
    for (String engine : List.of("a", "b")) {
      fleet.engine(engine, List.of("model: acme/chat"));
    }
    Path tables = place.resolve("tables");
    String[] scan = {
      "--fleet", fleet.description().toString(), "--out", tables.toString(), "--scan-id", "nightly"
    };
    assertThat(CommandRun.fleetScan(scan).exitCode()).isZero();
    assertThat(CommandRun.of("retention", "--out", tables.toString(), "--compact").exitCode())
        .isZero();
    assertThat(gatherings(tables)).isNotEmpty();

    CommandRun again = CommandRun.fleetScan(scan);

    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(gatherings(tables)).isEmpty();
  }

  private static List<Path> gatherings(Path tables) throws IOException {
    try (Stream<Path> all = Files.walk(tables)) {
      return all.filter(file -> file.toString().matches(".*_month-.*\\.parquet")).toList();
    }
  }

  @Test
  void gathersWhatStays(SparkSession spark) throws IOException {
    String tables = place.resolve("tables").toString();
    Instant startedAt = Instant.parse("2026-01-31T02:00:00Z");
    Nights nights = new Nights();
    for (int night = 0; night < 2; night++) {
      nights.scan(
          "prod",
          "n" + night,
          startedAt.plus(Duration.ofDays(night)),
          List.of(Engine.of("a", "acme/chat", "1", "w")));
    }
    nights.write(spark, place.resolve("tables"));

    CommandRun done = CommandRun.of("retention", "--out", tables, "--compact", "--format", "json");

    assertThat(done.err()).isEmpty();
    assertThat(done.exitCode()).isZero();
    assertThat(new ObjectMapper().readTree(done.out()).at("/gathered").toString())
        .isEqualTo(
            """
            [{"month":"2026-01","scans":1,"added":1},{"month":"2026-02","scans":1,"added":1}]""");
    assertThat(CommandRun.of("retention", "--out", tables, "--compact").out())
        .isEqualTo("Nothing to gather.\n");
    assertThat(CommandRun.of("retention", "--out", tables, "--compact", "--delete").err())
        .isEqualTo(
            "retention: --keep-days: expected a number of days, found none; only --compact goes without it\n");
    assertThat(CommandRun.of("retention", "--out", place.toString(), "--compact").err())
        .isEqualTo("retention: No finished scan in " + place + "\n");
  }

  private void saysThatTheyAreGone() {
    String tables = out.toString();
    String gone =
        "fleet-scan: Cannot read the tensors of scan ago-20: jobs/retention has deleted its rows of tensors\n";
    String[] ofThat = {"--scan-id", "ago-20", "--out", tables};
    assertThat(fleetScan(List.of("--explain", "a"), ofThat)).isEqualTo(new CommandRun(2, "", gone));
    assertThat(fleetScan(List.of("--format", "sglang", "--engine", "a"), ofThat))
        .isEqualTo(new CommandRun(2, "", gone));

    String fleet = SmallFleet.of(place.resolve("fleet"), 2, 1).engine("a").description().toString();
    CommandRun compared =
        CommandRun.fleetScan("--fleet", fleet, "--baseline", "ago-20", "--out", tables);
    assertThat(compared.exitCode()).isEqualTo(2);
    assertThat(compared.err())
        .isEqualTo(
            "fleet-scan: Cannot take ago-20 as the baseline: expected its rows of tensors, but jobs/retention has deleted them\n");

    Path html = place.resolve("report.html");
    String to = LocalDate.now(ZoneOffset.UTC).minusDays(15).toString();
    CommandRun page =
        CommandRun.of("drift-report", "--out", tables, "--to", to, "--html", html.toString());
    assertThat(page.exitCode()).as(page.err()).isEqualTo(2);
    assertThat(page.err()).contains("jobs/retention has deleted").hasLineCount(1);
    assertThat(html).doesNotExist();

    assertThat(CommandRun.fleetScan("--explain", "a", "--out", tables).exitCode()).isZero();

    CommandRun report = CommandRun.of("drift-report", "--out", tables, "--last", "3");
    assertThat(report.exitCode()).isZero();
    assertThat(report.out()).contains("3 scans", "NO DRIFT.");
  }

  private static CommandRun fleetScan(List<String> arguments, String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return CommandRun.fleetScan(all.toArray(String[]::new));
  }

  @Test
  void leavesAScanAloneThatIsRunning() throws Exception {
    SmallFleet fleet = SmallFleet.of(place.resolve("fleet"), 2, 1).engine("a").engine("b");
    String tables = place.resolve("tables").toString();
    String[] scan = {"--fleet", fleet.description().toString(), "--out", tables};
    assertThat(CommandRun.fleetScan(scan).exitCode()).isZero();
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<CommandRun> running =
          other.submit(() -> fleetScan(List.of("--scan-id", "beside"), scan));
      do {
        CommandRun kept =
            CommandRun.of("retention", "--out", tables, "--keep-days", "1", "--delete");
        assertThat(kept.exitCode()).as(kept.err()).isZero();
        assertThat(kept.out()).endsWith("Nothing to delete.\n");
      } while (!running.isDone());
      assertThat(running.get().exitCode()).as(running.get().err()).isZero();
    } finally {
      other.shutdown();
    }

    CommandRun explained = CommandRun.fleetScan("--explain", "a/0", "--out", tables);
    assertThat(explained.exitCode()).as(explained.err()).isZero();
    assertThat(explained.out()).contains("scan beside of ").contains("2 of 2");
  }

  @Test
  void refusesDaysThatMakeNoSense() {
    assertThat(retention("--keep-days", "0"))
        .isEqualTo(
            new CommandRun(
                2,
                "",
                """
                retention: --keep-days: expected a number of days from 1, found 0
                """));
    assertThat(retention("--keep-days", "9", "--keep-history-days", "8").err())
        .startsWith(
            "retention: --keep-history-days: expected at least the 9 of --keep-days, found 8\n");
  }
}
