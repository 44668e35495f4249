package io.shardsum.scan;

import io.shardsum.scan.plan.ScanProgress;
import java.time.Clock;
import java.util.Map;
import org.apache.spark.SparkEnv;

/** The gauges that a scan leaves behind, by name. */
public final class Gauges {

  private Gauges() {}

  /** Of a scan that has landed. */
  public static Map<String, Long> of(ScanSummary summary) {
    ScanMetrics metrics = new ScanMetrics(SparkEnv.get(), ScanProgress.NONE);
    metrics.readingBegins(0);
    metrics.landed(summary, Clock.systemUTC());
    return ScanMetricsTest.gauges();
  }
}
