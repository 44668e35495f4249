package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.scan.plan.ScanProgress;
import java.time.Instant;
import org.apache.spark.Success$;
import org.apache.spark.TaskState;
import org.apache.spark.executor.ExecutorMetrics;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.TaskInfo;
import org.apache.spark.scheduler.TaskLocality;
import org.junit.jupiter.api.Test;

/** Spark's news of tasks, in the order in which a lost executor or speculation brings them. */
class ReadListenerTest {

  private static final int STAGE = 7;

  private long toldBytes;
  private final ReadListener listener =
      new ReadListener(
          new ScanProgress() {
            @Override
            public void read(long bytes) {
              toldBytes += bytes;
            }
          });

  /** A task that ran from a second to another. */
  private static final class Task {
    private final TaskInfo info;
    private final TaskMetrics metrics = new TaskMetrics();
    private final int stageAttempt;

    Task(int partition, int stageAttempt, String host, int from, int to, long bytes) {
      this.stageAttempt = stageAttempt;
      info =
          new TaskInfo(
              0, 0, 0, partition, from * 1000L, "of-" + host, host, TaskLocality.ANY(), false);
      info.markFinished(TaskState.FINISHED(), to * 1000L);
      metrics.inputMetrics().setBytesRead(bytes);
    }

    Task killed() {
      info.markFinished(TaskState.KILLED(), info.finishTime());
      return this;
    }

    SparkListenerTaskEnd end() {
      return new SparkListenerTaskEnd(
          STAGE,
          stageAttempt,
          "ShuffleMapTask",
          Success$.MODULE$,
          info,
          new ExecutorMetrics(),
          metrics);
    }
  }

  private void hear(Task... tasks) {
    for (Task task : tasks) {
      listener.onTaskEnd(task.end());
    }
  }

  private ReadTimes times() {
    return listener.times(Instant.EPOCH);
  }

  @Test
  void countsWhatIsReadOnceMoreOnce() {
    hear(
        new Task(0, 0, "a", 10, 20, 100),
        new Task(1, 0, "b", 10, 20, 200),
        new Task(0, 0, "c", 20, 30, 100),
        new Task(1, 1, "a", 30, 40, 200));

    assertThat(toldBytes).isEqualTo(300);
    assertThat(times().bytes()).isEqualTo(300);
    assertThat(times().seconds()).isEqualTo(30);
  }

  @Test
  void countsOnlyTheTaskThatWonOfTwo() {
    hear(new Task(0, 0, "a", 10, 20, 100), new Task(0, 0, "b", 15, 21, 60).killed());

    assertThat(toldBytes).isEqualTo(100);
    assertThat(times().hosts().hosts()).containsExactly(new HostRate("a", 100, 10, 10, false));
  }

  @Test
  void takesTheRateOfAHostFromAllThatItHasRead() {
    hear(
        new Task(0, 0, "a", 10, 20, 100),
        new Task(1, 0, "a", 12, 18, 100),
        new Task(2, 0, "a", 15, 30, 50),
        new Task(2, 1, "a", 40, 50, 50),
        new Task(3, 0, "b", 10, 11, 0));

    assertThat(times().hosts().hosts()).containsExactly(new HostRate("a", 300, 41, 30, false));
    assertThat(times().hosts().hosts().get(0).bytesPerSecond()).isEqualTo(7);
    assertThat(listener.executors().hosts()).containsOnlyKeys("of-a");
  }
}
