package io.shardsum.scan.files;

/**
 * How fast the tasks of one host have read and hashed, canaries among what they read.
 *
 * @param bytes of files
 * @param taskSeconds how long its tasks took, each counted
 * @param seconds how long it had any task
 * @param slow whether it is a {@linkplain HostRates slow host}
 */
public record HostRate(String host, long bytes, double taskSeconds, double seconds, boolean slow) {

  private static final double LEAST_TASK_SECONDS = 10;
  private static final long LEAST_BYTES = 64L << 20;

  /** The rate of one of its tasks. */
  public long bytesPerSecond() {
    return Math.round(bytes / taskSeconds);
  }

  double bytesPerSecondOfAllTasks() {
    return bytes / seconds;
  }

  /** Whether it has read enough for its rate to say something. */
  boolean isComparable() {
    return taskSeconds >= LEAST_TASK_SECONDS && bytes >= LEAST_BYTES;
  }

  HostRate slow(boolean isSlow) {
    return new HostRate(host, bytes, taskSeconds, seconds, isSlow);
  }
}
