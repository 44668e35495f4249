package io.shardsum.scan;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.CoverageState;
import io.shardsum.verdict.FindingKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;

/**
 * The scan's own gauges in the metrics of Spark's driver, under the source {@value #NAME}: how far
 * reading is while it reads; its result from when it is judged until the driver ends. A later scan
 * of the same driver takes their place.
 *
 * <p>Every state and every kind of fault has a gauge, 0 where there is none, so that a rule of an
 * alert never waits for a name that does not exist.
 */
final class ScanMetrics implements ScanProgress {

  /** Of the source, as {@code fleet_scan.bytes_read}. */
  static final String NAME = "fleet_scan";

  private record Gauges(String sourceName, MetricRegistry metricRegistry) implements Source {}

  private final MetricsSystem metrics;
  private final ScanProgress next;
  private final AtomicLong readBytes = new AtomicLong();

  /**
   * Gauges of a scan.
   *
   * @param next is told of the scan's progress, too
   */
  ScanMetrics(SparkEnv driver, ScanProgress next) {
    this.metrics = driver.metricsSystem();
    this.next = next;
  }

  @Override
  public void readingBegins(long totalBytes) {
    metrics
        .getSourcesByName(NAME)
        .foreach(
            earlier -> {
              metrics.removeSource(earlier);
              return null;
            });
    MetricRegistry registry = new MetricRegistry();
    add(registry, "bytes_planned", totalBytes);
    registry.register("bytes_read", (Gauge<Long>) readBytes::get);
    metrics.registerSource(new Gauges(NAME, registry));
    next.readingBegins(totalBytes);
  }

  @Override
  public void read(long bytes) {
    readBytes.addAndGet(bytes);
    next.read(bytes);
  }

  @Override
  public void readingEnds() {
    next.readingEnds();
  }

  /** The scan has its result, and its tables have landed. */
  void landed(ScanSummary summary, Clock clock) {
    MetricRegistry registry = new MetricRegistry();
    Instant startedAt = summary.request().startedAt();
    add(registry, "started_at_seconds", startedAt.getEpochSecond());
    add(registry, "finished_at_seconds", clock.instant().getEpochSecond());
    add(registry, "bytes_hashed", summary.bytes());
    add(registry, "tensors_hashed", summary.tensors());
    addEngines(registry, summary);
    addFindings(registry, summary);
    addAges(registry, summary.coverage(), startedAt);
    metrics.registerSource(new Gauges(NAME, registry));
  }

  /** An engine with ranks in several states counts in each; COMPLETE and INCOMPLETE exclude. */
  private static void addEngines(MetricRegistry registry, ScanSummary summary) {
    long complete = summary.engines().stream().filter(EngineResult::isComplete).count();
    add(registry, "engines.COMPLETE", complete);
    add(registry, "engines.INCOMPLETE", summary.engines().size() - complete);
    Map<CoverageState, Long> states =
        summary.coverage().parts().stream()
            .filter(part -> part.skippedBecause().isEmpty())
            .collect(Collectors.toMap(Coverage.Part::state, Coverage.Part::engines));
    for (CoverageState state : CoverageState.values()) {
      if (state != CoverageState.SKIPPED) {
        add(registry, "engines." + state.name(), states.getOrDefault(state, 0L));
      }
    }
  }

  private static void addFindings(MetricRegistry registry, ScanSummary summary) {
    Map<String, Long> kinds = new TreeMap<>();
    for (FindingKind kind : FindingKind.values()) {
      kinds.put(kind.name(), 0L);
    }
    summary.findings().forEach(finding -> kinds.merge(finding.kind(), 1L, Long::sum));
    kinds.forEach((kind, count) -> add(registry, "findings." + kind, count));
  }

  /** As of the scan's begin. Engines that were never verified are counted, and have no age. */
  private static void addAges(MetricRegistry registry, Coverage coverage, Instant startedAt) {
    long never = coverage.ages().stream().filter(engine -> engine.verifiedAt().isEmpty()).count();
    long oldestSeconds =
        coverage.ages().stream()
            .map(Coverage.EngineAge::verifiedAt)
            .flatMap(Optional::stream)
            .mapToLong(verifiedAt -> Duration.between(verifiedAt, startedAt).toSeconds())
            .max()
            .orElse(0);
    add(registry, "coverage.engines_never_verified", never);
    add(registry, "coverage.oldest_age_seconds", oldestSeconds);
  }

  private static void add(MetricRegistry registry, String name, long value) {
    registry.register(name, (Gauge<Long>) () -> value);
  }
}
