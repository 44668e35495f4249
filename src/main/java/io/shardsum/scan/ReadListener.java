package io.shardsum.scan;

import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Passes on the bytes that tasks have read. */
final class ReadListener extends SparkListener {

  private final ScanProgress progress;

  ReadListener(ScanProgress progress) {
    this.progress = progress;
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd taskEnd) {
    if (taskEnd.taskMetrics() != null && taskEnd.taskInfo().successful()) {
      progress.read(taskEnd.taskMetrics().inputMetrics().bytesRead());
    }
  }
}
