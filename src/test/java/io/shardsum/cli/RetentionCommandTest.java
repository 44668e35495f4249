package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.Nights;
import io.shardsum.testing.Nights.Engine;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class RetentionCommandTest {

  private static final String HOSTILE = "prod-\u001b[31m";

  @TempDir static Path out;

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
        .containsPattern("ago-30 +\\S+ \\S+ +\\S+ kB +\\S+ kB +drop tensors\n")
        .containsPattern(
            "Would drop the tensors of 2 scans: \\S+ kB. Nothing was changed: --delete does it.\n$");

    CommandRun done = retention("--keep-days", "10", "--delete", "--format", "json");

    assertThat(done.exitCode()).isZero();
    JsonNode json = new ObjectMapper().readTree(done.out());
    assertThat(json.at("/deleted").booleanValue()).isTrue();
    assertThat(json.at("/scans").findValuesAsText("fate"))
        .containsExactly("TENSORS_GO", "TENSORS_GO", "KEPT");
    assertThat(json.at("/scans/2/kept_because/0").textValue()).isEqualTo("YOUNG");

    assertThat(retention("--keep-days", "10", "--delete").out())
        .contains("tensors were dropped before")
        .endsWith("Nothing to drop.\n");
    saysThatTheyAreGone();
  }

  private static void saysThatTheyAreGone() {
    String tables = out.toString();
    CommandRun explained =
        CommandRun.fleetScan("--explain", "a", "--scan-id", "ago-20", "--out", tables);
    assertThat(explained.exitCode()).isEqualTo(2);
    assertThat(explained.err())
        .isEqualTo(
            "fleet-scan: Cannot read the tensors of scan ago-20: jobs/retention has dropped its rows of tensors\n");
    assertThat(CommandRun.fleetScan("--explain", "a", "--out", tables).exitCode()).isZero();

    CommandRun report = CommandRun.of("drift-report", "--out", tables, "--last", "3");
    assertThat(report.exitCode()).isZero();
    assertThat(report.out()).contains("3 scans", "NO DRIFT.");
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
