package io.shardsum.scan;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.shardsum.scan.files.HostRate;
import io.shardsum.scan.judge.SourceResult;
import io.shardsum.scan.plan.ReadingPace;
import io.shardsum.scan.plan.Resumed;
import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.Verdict;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.CoverageState;
import io.shardsum.verdict.FindingKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
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
  private final AtomicInteger engines = new AtomicInteger();
  private final AtomicInteger enginesDone = new AtomicInteger();

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
  public void resumes(String scanId, Resumed resumed) {
    next.resumes(scanId, resumed);
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
    long beganNanos = System.nanoTime();
    Supplier<ReadingPace> pace =
        () -> new ReadingPace(readBytes.get(), totalBytes, (System.nanoTime() - beganNanos) / 1e9);
    registry.register(
        "bytes_per_second", (Gauge<Long>) () -> Math.round(pace.get().bytesPerSecond()));
    registry.register("seconds_left", (Gauge<Double>) () -> secondsLeft(pace.get()));
    registry.register("engines_planned", (Gauge<Integer>) engines::get);
    registry.register("engines_done", (Gauge<Integer>) enginesDone::get);
    metrics.registerSource(new Gauges(NAME, registry));
    next.readingBegins(totalBytes);
  }

  private static double secondsLeft(ReadingPace pace) {
    return pace.secondsLeft().isPresent() ? pace.secondsLeft().getAsLong() : Double.NaN;
  }

  @Override
  public void enginesDone(int done, int all) {
    engines.set(all);
    enginesDone.set(done);
    next.enginesDone(done, all);
  }

  @Override
  public void read(long bytes) {
    readBytes.addAndGet(bytes);
    next.read(bytes);
  }

  @Override
  public void readsThroughCache(String host, String directories) {
    next.readsThroughCache(host, directories);
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
    add(registry, "bytes_hashed", summary.readBytes());
    add(registry, "bytes_reused", summary.bytes() - summary.readBytes());
    add(registry, "tensors_hashed", summary.tensors());
    add(registry, "hosts_slow", slowHosts(summary));
    addVerdict(registry, summary);
    addEngines(registry, summary);
    addFindings(registry, summary);
    addAges(registry, summary);
    metrics.registerSource(new Gauges(NAME, registry));
  }

  private static long slowHosts(ScanSummary summary) {
    return summary.readTimes().hosts().hosts().stream().filter(HostRate::slow).count();
  }

  /** Exactly one of these is 1: what the exit code of the scan says. */
  private static void addVerdict(MetricRegistry registry, ScanSummary summary) {
    for (Verdict verdict : Verdict.values()) {
      add(registry, "verdict." + verdict.name(), summary.verdict() == verdict ? 1 : 0);
    }
  }

  /**
   * An engine counts once in each state that some of its ranks are in, by its files or as it runs;
   * COMPLETE and INCOMPLETE exclude each other.
   */
  private static void addEngines(MetricRegistry registry, ScanSummary summary) {
    Set<String> all = new HashSet<>();
    Set<String> incomplete = new HashSet<>();
    for (SourceResult result : summary.results()) {
      for (EngineResult engine : result.engines()) {
        all.add(engine.engine());
        if (!engine.isComplete()) {
          incomplete.add(engine.engine());
        }
      }
    }
    add(registry, "engines.COMPLETE", all.size() - incomplete.size());
    add(registry, "engines.INCOMPLETE", incomplete.size());
    for (CoverageState state : CoverageState.values()) {
      if (state != CoverageState.SKIPPED) {
        Set<String> engines = new HashSet<>();
        for (SourceResult result : summary.results()) {
          engines.addAll(result.coverage().engines().getOrDefault(state, Set.of()));
        }
        add(registry, "engines." + state.name(), engines.size());
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

  /**
   * As of the scan's start. Engines that were never verified are counted, and have no age; of files
   * and the running engine, the one that was verified the longer ago counts.
   */
  private static void addAges(MetricRegistry registry, ScanSummary summary) {
    List<Coverage.EngineAge> ages =
        summary.results().stream().flatMap(result -> result.coverage().ages().stream()).toList();
    long never =
        ages.stream()
            .filter(engine -> engine.verifiedAt().isEmpty())
            .map(Coverage.EngineAge::engine)
            .distinct()
            .count();
    Instant startedAt = summary.request().startedAt();
    long oldestSeconds =
        ages.stream()
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
