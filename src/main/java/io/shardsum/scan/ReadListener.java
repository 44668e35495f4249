package io.shardsum.scan;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Watches the tasks that read weights. Spark calls from one thread; results are read from others.
 */
final class ReadListener extends SparkListener {

  private final ScanProgress progress;
  private long firstLaunchMillis = Long.MAX_VALUE;
  private long lastFinishMillis;
  private long readBytes;
  private final Map<String, String> hosts = new TreeMap<>();

  ReadListener(ScanProgress progress) {
    this.progress = progress;
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd taskEnd) {
    if (taskEnd.taskMetrics() == null || !taskEnd.taskInfo().successful()) {
      return;
    }
    long bytes = taskEnd.taskMetrics().inputMetrics().bytesRead();
    if (bytes > 0) {
      hosts.put(taskEnd.taskInfo().executorId(), taskEnd.taskInfo().host());
      firstLaunchMillis = Math.min(firstLaunchMillis, taskEnd.taskInfo().launchTime());
      lastFinishMillis = Math.max(lastFinishMillis, taskEnd.taskInfo().finishTime());
      readBytes += bytes;
      progress.read(bytes);
    }
  }

  /** The executors that have read. */
  synchronized ReadingPlaces places() {
    return new ReadingPlaces(hosts);
  }

  /** What was read, and when; with nothing read, as if it had been at {@code now}. */
  synchronized ReadTimes times(Instant now) {
    return readBytes == 0
        ? new ReadTimes(now, now, 0)
        : new ReadTimes(
            Instant.ofEpochMilli(firstLaunchMillis),
            Instant.ofEpochMilli(lastFinishMillis),
            readBytes);
  }
}
