package io.shardsum.scan.files;

import io.shardsum.source.sums.DeviceException;
import io.shardsum.source.sums.SumsDifferException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * What tasks find wrong with GPUs. A sum that is not the CPU's ends the scan at once: Spark would
 * run the task again, perhaps elsewhere and with another result, and nobody would know. A GPU that
 * does not work ends it when Spark gives up.
 */
public final class GpuFaults extends SparkListener {

  private final SparkContext context;
  private final AtomicReference<SumsDifferException> difference = new AtomicReference<>();

  public GpuFaults(SparkContext context) {
    this.context = context;
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd taskEnd) {
    if (taskEnd.reason() instanceof ExceptionFailure failure && failure.exception().isDefined()) {
      Optional<SumsDifferException> found =
          cause(failure.exception().get(), SumsDifferException.class);
      if (found.isPresent() && difference.compareAndSet(null, found.get())) {
        context.cancelStage(taskEnd.stageId(), "sums differ");
      }
    }
  }

  /**
   * Ends the scan if a task found a difference.
   *
   * @throws SumsDifferException if one did
   */
  public void check() {
    if (difference.get() != null) {
      throw difference.get();
    }
  }

  /**
   * Ends the scan with one line if a GPU is why its job failed.
   *
   * @throws SumsDifferException if a task found a difference
   * @throws DeviceException if one found no GPU, or one that does not work
   */
  public void check(Exception failure) {
    cause(failure, SumsDifferException.class)
        .ifPresent(
            found -> {
              throw found;
            });
    check();
    cause(failure, DeviceException.class)
        .ifPresent(
            found -> {
              throw found;
            });
  }

  private static <T> Optional<T> cause(Throwable failure, Class<T> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return Optional.of(type.cast(cause));
      }
    }
    return Optional.empty();
  }
}
