package io.shardsum.scan.files;

import io.shardsum.scan.plan.ScanProgress;
import io.shardsum.source.ReadMetrics;
import io.shardsum.verdict.ReadBy;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.TaskInfo;

/**
 * Watches the tasks that read weights. Spark calls from one thread; results are read from others.
 */
public final class ReadListener extends SparkListener {

  /** What a task reads, however often: after an executor was lost, for one, it runs again. */
  private record Part(int stage, int partition) {}

  private final ScanProgress progress;
  private long firstLaunchMillis = Long.MAX_VALUE;
  private long lastFinishMillis;
  private long readBytes;
  private long bytesOnGpu;
  private final Map<String, String> executors = new TreeMap<>();
  private final Map<String, HostTasks> hosts = new TreeMap<>();
  private final Set<Part> readParts = new HashSet<>();
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
      TaskInfo task = taskEnd.taskInfo();
      executors.put(task.executorId(), task.host());
      hosts
          .computeIfAbsent(task.host(), any -> new HostTasks())
          .add(bytes, task.launchTime(), task.finishTime());
      firstLaunchMillis = Math.min(firstLaunchMillis, task.launchTime());
      lastFinishMillis = Math.max(lastFinishMillis, task.finishTime());
      if (readParts.add(new Part(taskEnd.stageId(), task.partitionId()))) {
        readBytes += bytes;
        progress.read(bytes);
      }
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
    return new ReadingExecutors(executors);
  }

  private HostRates rates() {
    return HostRates.compared(
        hosts.entrySet().stream().map(host -> host.getValue().rate(host.getKey())).toList());
  }

  /** What was read, and when; with nothing read, as if it had been at {@code now}. */
  public synchronized ReadTimes times(Instant now) {
    return readBytes == 0
        ? new ReadTimes(now, now, 0, rates())
        : new ReadTimes(
            Instant.ofEpochMilli(firstLaunchMillis),
            Instant.ofEpochMilli(lastFinishMillis),
            readBytes,
            rates());
  }
}
