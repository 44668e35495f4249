package io.shardsum.scan.files;

import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.source.ReadMetrics;
import io.shardsum.verdict.ReadBy;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.TaskInfo;

/**
 * Watches the tasks that read weights. Spark calls from one thread; results are read from others.
 */
public final class ReadListener extends SparkListener {

  private final ScanProgress progress;
  private long firstLaunchMillis = Long.MAX_VALUE;
  private long lastFinishMillis;
  private long readBytes;
  private long bytesOnGpu;
  private final Map<String, String> hosts = new TreeMap<>();
  private final Map<ReadBy, Long> brokenHeaders = new LinkedHashMap<>();

  public ReadListener(ScanProgress progress) {
    this.progress = progress;
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd taskEnd) {
    if (taskEnd.taskMetrics() == null || !taskEnd.taskInfo().successful()) {
      return;
    }
    countBrokenHeaders(taskEnd.taskInfo());
    metric(taskEnd.taskInfo(), ReadMetrics.HASHED_ON_GPU, bytes -> bytesOnGpu += bytes);
    long bytes = taskEnd.taskMetrics().inputMetrics().bytesRead();
    if (bytes > 0) {
      hosts.put(taskEnd.taskInfo().executorId(), taskEnd.taskInfo().host());
      firstLaunchMillis = Math.min(firstLaunchMillis, taskEnd.taskInfo().launchTime());
      lastFinishMillis = Math.max(lastFinishMillis, taskEnd.taskInfo().finishTime());
      readBytes += bytes;
      progress.read(bytes);
    }
  }

  private void countBrokenHeaders(TaskInfo task) {
    metric(
        task,
        ReadMetrics.HEADERS_READ_AGAIN,
        headers ->
            brokenHeaders.merge(
                new ReadBy(task.host(), task.executorId(), Optional.empty()), headers, Long::sum));
  }

  /** What a task adds to a metric of the source, if that is anything. */
  private static void metric(TaskInfo task, String name, LongConsumer added) {
    task.accumulables()
        .foreach(
            metric -> {
              if (metric.name().isDefined()
                  && metric.name().get().equals(name)
                  && metric.update().isDefined()
                  && metric.update().get() instanceof Long value
                  && value > 0) {
                added.accept(value);
              }
              return null;
            });
  }

  /** How many bytes of tensors GPUs have summed, canaries among them. */
  public synchronized long bytesOnGpu() {
    return bytesOnGpu;
  }

  /** How many headers did not parse at first, by what has read them. */
  public synchronized Map<ReadBy, Long> brokenHeaders() {
    return new LinkedHashMap<>(brokenHeaders);
  }

  /** The executors that have read. */
  public synchronized ReadingExecutors executors() {
    return new ReadingExecutors(hosts);
  }

  /** What was read, and when; with nothing read, as if it had been at {@code now}. */
  public synchronized ReadTimes times(Instant now) {
    return readBytes == 0
        ? new ReadTimes(now, now, 0)
        : new ReadTimes(
            Instant.ofEpochMilli(firstLaunchMillis),
            Instant.ofEpochMilli(lastFinishMillis),
            readBytes);
  }
}
