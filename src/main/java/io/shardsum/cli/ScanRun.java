package io.shardsum.cli;

import io.shardsum.scan.FleetScan;
import io.shardsum.scan.ScanRequest;
import io.shardsum.scan.ScanSummary;
import io.shardsum.source.WarmUp;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Clock;
import org.apache.spark.sql.SparkSession;

/**
 * Scans in the session that is there, or a new one, which ends with the process.
 *
 * @param err where progress is shown, and that a scan was interrupted
 */
record ScanRun(PrintWriter err) {

  ScanSummary of(ScanRequest request) {
    return of(request, Clock.systemUTC());
  }

  /** As of the times that a clock tells. */
  ScanSummary of(ScanRequest request, Clock clock) {
    WarmUp.start();
    String interrupted =
        "fleet-scan: interrupted: scan %s was not recorded".formatted(request.scanId().text());
    try (Interruption interruption = new Interruption(interrupted, err)) {
      return of(request, clock, interruption);
    }
  }

  private ScanSummary of(ScanRequest request, Clock clock, Interruption interruption) {
    try (ProgressLine progress = new ProgressLine(err)) {
      SparkSession session =
          SparkSession.builder()
              .appName("shardsum fleet-scan " + request.scanId().text())
              .getOrCreate();
      return new FleetScan(session, request, progress).run(clock);
    } catch (Exception e) { // Spark throws checked exceptions, too, and declares none
      if (interruption.happened()) {
        throw new UncheckedIOException(new InterruptedIOException(e.getMessage()));
      }
      throw e;
    }
  }
}
