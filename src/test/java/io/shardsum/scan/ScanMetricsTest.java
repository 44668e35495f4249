package io.shardsum.scan;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.shardsum.cli.Main;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.testing.JavaProcess;
import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.sink.PrometheusServlet;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The gauges of scans, as Spark's servlet for Prometheus prints them. */
@ExtendWith(LocalSpark.class)
class ScanMetricsTest {

  private static final Pattern LINE =
      Pattern.compile("(?m)^metrics_(\\w+)_Value\\{type=\"gauges\"} (\\d+)(?:\\.0)?$");
  private static SparkSession spark;

  @TempDir Path root;

  @BeforeAll
  static void session(SparkSession session) {
    spark = session;
  }

  @Test
  void tellTheResultOfTheLastScan() throws IOException {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 2, 1);
    fleet.engine("a").engine("b").engine("c").engine("d");
    scan(fleet, "first", 0);
    assertThat(gauges())
        .containsEntry("engines_COMPLETE", 4L)
        .containsEntry("engines_INCOMPLETE", 0L)
        .containsEntry("hosts_slow", 0L)
        .containsEntry("engines_VERIFIED", 4L)
        .containsEntry("findings_DAMAGED", 0L)
        .containsEntry("findings_MISSING_RANK", 0L)
        .containsEntry("coverage_oldest_age_seconds", 0L)
        .containsEntry("coverage_engines_never_verified", 0L);

    SmallFleet.flipBit(fleet.shard("b", 1, 0), "model.layers.0.mlp.down_proj.weight");
    Files.delete(fleet.shard("c", 0, 0));
    fleet.engine("e");
    SmallFleet.flipBit(fleet.shard("e", 0, 0), "model.layers.0.mlp.down_proj.weight");
    ScanSummary summary = scan(fleet, "second", 3);

    assertThat(gauges())
        .containsEntry("engines_COMPLETE", 4L)
        .containsEntry("engines_INCOMPLETE", 1L)
        .containsEntry("engines_VERIFIED", 5L)
        .containsEntry("engines_DIFFERENT", 2L)
        .containsEntry("engines_MISSING", 1L)
        .containsEntry("engines_HASHED_ONLY", 0L)
        .containsEntry("findings_DAMAGED", 2L)
        .containsEntry("findings_MISSING_RANK", 1L)
        .containsEntry("findings_UNDECIDED", 0L)
        .containsEntry("coverage_oldest_age_seconds", Duration.ofDays(3).toSeconds())
        .containsEntry("coverage_engines_never_verified", 1L)
        .containsEntry("bytes_hashed", summary.bytes())
        .containsEntry("bytes_reused", 0L)
        .containsEntry("tensors_hashed", summary.tensors())
        .containsEntry("started_at_seconds", summary.request().startedAt().getEpochSecond())
        .containsKeys(namesInAlerts());
  }

  private static String[] namesInAlerts() throws IOException {
    String rules = Files.readString(Path.of("conf", "examples", "alerts.yaml"));
    String[] names =
        Pattern.compile("shardsum_driver_" + ScanMetrics.NAME + "_(\\w+)")
            .matcher(rules)
            .results()
            .map(name -> name.group(1))
            .toArray(String[]::new);
    assertThat(names).contains("verdict_DIFFERENT", "finished_at_seconds");
    return names;
  }

  @Test
  void tellHowFarReadingIs() {
    Map<String, Long> told = new TreeMap<>();
    ScanProgress next =
        new ScanProgress() {
          @Override
          public void readingBegins(long totalBytes) {
            told.put("begins", totalBytes);
          }

          @Override
          public void read(long bytes) {
            told.merge("read", bytes, Long::sum);
          }

          @Override
          public void enginesDone(int done, int all) {
            told.put("done of " + all, (long) done);
          }

          @Override
          public void readingEnds() {
            told.put("ends", 0L);
          }
        };
    ScanMetrics metrics = new ScanMetrics(SparkEnv.get(), next);

    metrics.readingBegins(1000);
    metrics.enginesDone(0, 3);
    metrics.read(300);
    metrics.read(400);
    metrics.enginesDone(2, 3);
    metrics.readingEnds();

    assertThat(gauges())
        .containsEntry("bytes_planned", 1000L)
        .containsEntry("bytes_read", 700L)
        .containsEntry("engines_planned", 3L)
        .containsEntry("engines_done", 2L)
        .containsOnlyKeys(
            "bytes_planned",
            "bytes_read",
            "bytes_per_second",
            "seconds_left",
            "engines_planned",
            "engines_done");
    assertThat(told).isEqualTo(Map.of("begins", 1000L, "read", 700L, "done of 3", 2L, "ends", 0L));
  }

  /** In a virtual machine of its own, where Spark starts with this file and pushes at its end. */
  @Test
  void reachSparksSinksByTheSettingsOfTheRepository() throws Exception {
    SmallFleet fleet = SmallFleet.of(root.resolve("fleet"), 1, 1).engine("a").engine("b");
    Path csv = Files.createDirectory(root.resolve("csv"));

    JavaProcess scan =
        JavaProcess.run(
            root,
            List.of(
                "-Dspark.master=local[2]",
                "-Dspark.metrics.conf=" + Path.of("conf", "metrics.properties").toAbsolutePath(),
                "-Dspark.metrics.namespace=shardsum",
                "-Dspark.metrics.conf.driver.sink.csv.class=org.apache.spark.metrics.sink.CsvSink",
                "-Dspark.metrics.conf.driver.sink.csv.period=1000",
                "-Dspark.metrics.conf.driver.sink.csv.directory=" + csv),
            Main.class,
            "fleet-scan",
            "--fleet",
            fleet.description().toString(),
            "--out",
            root.resolve("tables").toString());

    assertThat(scan.exitCode()).as(scan.output()).isZero();
    assertThat(scan.output()).doesNotContain("metrics");
    List<String> lines =
        Files.readAllLines(csv.resolve("shardsum.driver.fleet_scan.engines.VERIFIED.csv"));
    assertThat(lines.get(0)).isEqualTo("t,value");
    assertThat(lines.get(lines.size() - 1)).endsWith(",2");
  }

  @Test
  void areServedAtThePathThatTheSettingsName() throws IOException {
    Properties settings = new Properties();
    try (Reader file = Files.newBufferedReader(Path.of("conf", "metrics.properties"))) {
      settings.load(file);
    }

    assertThat(settings)
        .containsOnlyKeys(
            "driver.sink.prometheusServlet.class", "driver.sink.prometheusServlet.path")
        .containsEntry("driver.sink.prometheusServlet.class", PrometheusServlet.class.getName());
  }

  private ScanSummary scan(SmallFleet fleet, String scanId, int days) {
    return Landed.of(
            spark,
            fleet.inventory(),
            root.resolve("tables"),
            scanId,
            Landed.STARTED_AT.plus(Duration.ofDays(days)))
        .summary();
  }

  /** By name, without that of the source. */
  static Map<String, Long> gauges() {
    MetricsSystem system = SparkEnv.get().metricsSystem();
    MetricRegistry registry = new MetricRegistry();
    system
        .getSourcesByName(ScanMetrics.NAME)
        .foreach(
            source -> {
              registry.registerAll(source.sourceName(), source.metricRegistry());
              return null;
            });
    String text = new PrometheusServlet(new Properties(), registry).getMetricsSnapshot();
    Map<String, Long> gauges = new TreeMap<>();
    LINE.matcher(text)
        .results()
        .forEach(line -> gauges.put(name(line), Long.parseLong(line.group(2))));
    return gauges;
  }

  private static String name(MatchResult line) {
    return line.group(1).substring(ScanMetrics.NAME.length() + 1);
  }
}
