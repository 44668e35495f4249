package io.shardsum.cli;

import io.shardsum.scan.FleetScan;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.source.WarmUp;
import io.shardsum.tables.ScanId;
import java.io.PrintWriter;
import java.time.Clock;
import org.apache.spark.sql.SparkSession;

/**
 * Scans in the session that is there, or a new one, which ends with the process.
 *
 * @param interruption says what becomes of the scan if the process is ended
 * @param err where progress is shown
 */
record ScanRun(Interruption interruption, PrintWriter err) {

  /** How Spark calls the application of a scan. */
  static String appName(ScanId scan) {
    return "shardsum fleet-scan " + scan.text();
  }

  ScanSummary run(ScanRequest request) {
    return run(request, Clock.systemUTC());
  }

  /** As of the times of a clock. */
  ScanSummary run(ScanRequest request, Clock clock) {
    WarmUp.start();
    String scan = "fleet-scan: interrupted: scan %s was %s";
    String id = request.scanId().text();
    interruption.say(scan.formatted(id, "not recorded"));
    String resume = "not recorded; continue it with --resume " + id;
    Runnable whenReading = () -> interruption.say(scan.formatted(id, resume));
    try (ProgressLine progress = new ProgressLine(err, whenReading)) {
      SparkSession session = JobSession.start(appName(request.scanId()));
      ScanSummary summary = new FleetScan(session, request, progress).run(clock);
      interruption.say(scan.formatted(id, "recorded; its result was not printed"));
      return summary;
    }
  }
}
