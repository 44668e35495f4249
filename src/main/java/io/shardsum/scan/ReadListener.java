package io.shardsum.scan;

import io.shardsum.source.TaskPlan;
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
  private final Map<String, String> executors = new TreeMap<>();

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
      String executor = taskEnd.taskInfo().executorId();
      executors.put(executor, TaskPlan.executor(taskEnd.taskInfo().host(), executor));
      firstLaunchMillis = Math.min(firstLaunchMillis, taskEnd.taskInfo().launchTime());
      lastFinishMillis = Math.max(lastFinishMillis, taskEnd.taskInfo().finishTime());
      readBytes += bytes;
      progress.read(bytes);
    }
  }

  /** The places of the executors that have read, by Spark's ids of them. */
  synchronized Map<String, String> executors() {
    return Map.copyOf(executors);
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
