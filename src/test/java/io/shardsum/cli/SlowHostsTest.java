package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.files.HostRate;
import io.shardsum.scan.files.HostRates;
import io.shardsum.scan.files.ReadTimes;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import io.shardsum.text.RecordJson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is printed of a scan by several hosts; the scan itself has only one. */
@ExtendWith(LocalSpark.class)
class SlowHostsTest {

  private static ScanSummary readBy(ScanSummary summary, HostRates hosts) {
    ReadTimes times = summary.readTimes();
    return new ScanSummary(
        summary.request(),
        summary.results(),
        summary.findings(),
        new ReadTimes(times.begin(), times.end(), times.bytes(), hosts),
        summary.judging(),
        summary.canaries(),
        summary.accelerator(),
        summary.resumed());
  }

  private static String printed(ScanSummary summary, BiConsumer<ScanSummary, PrintWriter> print) {
    StringWriter text = new StringWriter();
    print.accept(summary, new PrintWriter(text, true));
    return text.toString();
  }

  private static HostRate host(String name, long bytes, boolean slow) {
    return new HostRate(name, bytes, 100, 50, slow);
  }

  @Test
  void areNamedAndChangeNoVerdict(SparkSession spark, @TempDir Path root) throws Exception {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 1, 1).engine("a").engine("b");
    ScanSummary byOne = Landed.of(spark, fleet.inventory(), root.resolve("tables")).summary();
    BiConsumer<ScanSummary, PrintWriter> table = (s, out) -> new SummaryReport(s).print(out);
    BiConsumer<ScanSummary, PrintWriter> json =
        (s, out) -> RecordJson.PRINTED.print(SummaryJson.of(s), out);

    ScanSummary byThree =
        readBy(
            byOne,
            new HostRates(
                List.of(
                    host("gpu-1", 90_000_000_000L, false),
                    host("gpu-2", 100_000_000_000L, false),
                    host("gpu-3", 2_000_000_000L, true))));

    assertThat(byOne.readTimes().hosts().hosts()).hasSize(1);
    assertThat(printed(byOne, table)).doesNotContain("Slow hosts");
    assertThat(printed(byThree, table))
        .contains(
            "EQUAL: ", "Slow hosts: gpu-3: 20.0 MB/s a task; the median of 3 hosts is 0.90 GB/s\n");
    assertThat(printed(byThree, json))
        .contains("\"exit_code\" : 0", "\"bytes_per_second\" : 20000000,\n    \"slow\" : true");
  }
}
