package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.scan.FleetScan;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.tables.ScanId;
import io.shardsum.tables.ScanTable;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.nio.file.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code fleet-scan --resume}. */
@ExtendWith(LocalSpark.class)
class ResumeCommandTest {

  @TempDir private Path root;

  @Test
  void saysEverywhereWhatWasNotReadAgain(SparkSession spark) throws Exception {
    SmallFleet fleet = fleet();
    failOnceAllHasLanded(spark, fleet, "first");
    failOnceAllHasLanded(spark, fleet, "second");

    CommandRun table = resume(fleet, "first");
    CommandRun json = resume(fleet, "second", "--format", "json");

    assertThat(table.err()).contains("Resuming scan first: 2 of 2 ranks landed, ");
    assertThat(table.out())
        .contains(
            "Resumed: 2 ranks (", " of files) were in the tables already; 0 B were read now in ");
    assertThat(table.exitCode()).isZero();
    JsonNode printed = new ObjectMapper().readTree(json.out());
    assertThat(printed.get("started_at").asText()).isEqualTo(Landed.STARTED_AT.toString());
    assertThat(printed.get("resumed_ranks").asInt()).isEqualTo(2);
    Row scan = Landed.rows(spark, out(), ScanTable.SCANS, "scan_id = 'second'").get(0);
    assertThat(scan.<Integer>getAs("resumed_ranks")).isEqualTo(2);
    assertThat(scan.<Long>getAs("resumed_bytes"))
        .isEqualTo(printed.get("resumed_bytes").asLong())
        .isPositive();
    assertThat(scan.<Integer>getAs("canaries")).as("of the first run").isEqualTo(4);
  }

  @Test
  void isRefusedWhereNothingIsToBeResumed() {
    CommandRun run = resume(fleet(), "never");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "fleet-scan: Cannot resume scan never: expected a scan of that name under %s that has not ended, found none\n"
                .formatted(out()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--scan-id=x", "--dry-run"})
  void isRefusedBeside(String option) {
    CommandRun run = resume(fleet(), "night", option);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "fleet-scan: --resume names the scan: expected --out with it, and neither --scan-id nor --dry-run\n");
  }

  private void failOnceAllHasLanded(SparkSession spark, SmallFleet fleet, String scanId) {
    ScanProgress failure =
        new ScanProgress() {
          @Override
          public void readingEnds() {
            throw new IllegalStateException("the driver dies");
          }
        };
    ScanRequest request =
        new ScanRequest(fleet.inventory(), out().toString(), new ScanId(scanId), Landed.STARTED_AT);
    assertThatThrownBy(() -> new FleetScan(spark, request, failure).run())
        .hasMessage("the driver dies");
  }

  private CommandRun resume(SmallFleet fleet, String scanId, String... options) {
    String[] all = new String[6 + options.length];
    System.arraycopy(
        new String[] {
          "--fleet", fleet.description().toString(), "--out", out().toString(), "--resume", scanId
        },
        0,
        all,
        0,
        6);
    System.arraycopy(options, 0, all, 6, options.length);
    return CommandRun.fleetScan(all);
  }

  private SmallFleet fleet() {
    return SmallFleet.of(root.resolve("fleet"), 1, 1).engine("a").engine("b");
  }

  private Path out() {
    return root.resolve("tables");
  }
}
