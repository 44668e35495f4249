package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.Gauges;
import io.shardsum.scan.ScanSummary;
import io.shardsum.tables.FindingRow;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.text.RecordJson;
import io.shardsum.verdict.Comparison;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Severity;
import io.shardsum.verdict.Subject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one output says, every other says, too: each kind of finding, of files and live. */
@ExtendWith(LocalSpark.class)
class FindingKindsTest {

  @TempDir static Path directory;

  private static Landed landed;

  /** Two equal engines, and a finding of each kind about either source of the first. */
  @BeforeAll
  static void land(SparkSession spark) throws IOException {
    SmallFleet fleet = SmallFleet.of(directory.resolve("fleet"), 1, 1).engine("a").engine("b");
    landed = Landed.of(spark, fleet.inventory(), directory.resolve("tables"));
    spark
        .createDataFrame(
            Arrays.stream(FindingKind.values())
                .flatMap(kind -> List.of(ofFiles(kind), live(kind)).stream())
                .map(FindingRow::of)
                .toList(),
            ScanTable.FINDINGS.schema())
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(directory.resolve("tables/findings/scan_date=2026-11-23/scan_id=test").toString());
  }

  private static Finding ofFiles(FindingKind kind) {
    return Finding.of(
        kind, Subject.rank("a", 0), Comparison.NONE, Optional.empty(), "found " + kind);
  }

  private static Finding live(FindingKind kind) {
    return Finding.of(
            kind, Subject.rank("a", 0), Comparison.NONE, Optional.empty(), "answered " + kind)
        .from(WeightSource.LIVE);
  }

  private static ScanSummary with(Finding finding) {
    ScanSummary summary = landed.summary();
    return new ScanSummary(
        summary.request(),
        summary.results(),
        List.of(finding),
        summary.readTimes(),
        summary.judging(),
        summary.canaries(),
        summary.accelerator(),
        summary.resumed());
  }

  @ParameterizedTest
  @EnumSource
  void reachesTerminalJsonGaugesAndExitCode(FindingKind kind) throws IOException {
    for (Finding finding : List.of(ofFiles(kind), live(kind))) {
      ScanSummary summary = with(finding);
      StringWriter terminal = new StringWriter();
      StringWriter json = new StringWriter();

      new SummaryReport(summary).print(new PrintWriter(terminal, true));
      RecordJson.PRINTED.print(SummaryJson.of(summary), new PrintWriter(json, true));

      JsonNode inJson = new ObjectMapper().readTree(json.toString()).at("/findings/0");
      int exitCode = kind.isDifference() ? 3 : isNote(kind) ? 0 : 4;
      assertThat(terminal.toString()).contains(kind.name(), finding.detail());
      assertThat(inJson.get("kind").asText()).isEqualTo(kind.name());
      assertThat(inJson.get("source").asText()).isEqualTo(finding.source().name());
      assertThat(inJson.get("detail").asText()).isEqualTo(finding.detail());
      assertThat(Gauges.of(summary))
          .containsEntry("findings_" + kind, 1L)
          .containsEntry("verdict_DIFFERENT", exitCode == 3 ? 1L : 0L)
          .containsEntry("verdict_EQUAL", exitCode == 0 ? 1L : 0L);
      assertThat(summary.verdict().exitCode().number()).isEqualTo(exitCode);
    }
  }

  private static boolean isNote(FindingKind kind) {
    return kind.severity() == Severity.INFO;
  }

  @Test
  void reachesTheHtmlReportAndTheExplanation() throws IOException {
    String tables = directory.resolve("tables").toString();
    Path html = directory.resolve("report.html");

    CommandRun report = CommandRun.of("drift-report", "--out", tables, "--html", html.toString());
    CommandRun explained = CommandRun.fleetScan("--explain", "a/0", "--out", tables);

    assertThat(report.err()).isEmpty();
    assertThat(explained.err()).isEmpty();
    String page = Files.readString(html);
    for (FindingKind kind : FindingKind.values()) {
      assertThat(page).contains("found " + kind, "answered " + kind);
      assertThat(explained.out()).contains("found " + kind);
    }
  }
}
