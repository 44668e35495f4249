package io.shardsum.cli;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Says which option helps where the memory of the driver, or of the executors, was too small. */
final class OutOfMemory {

  /** How an executor ends that ran out of memory, in what Spark says of its last task. */
  private static final Pattern EXECUTOR =
      Pattern.compile(
          "(?s)(Lost task|ExecutorLostFailure).*"
              + "(OutOfMemoryError|exited with code 52\\b|OOMKilled|exit code 137\\b|exceeding memory limits)");

  private static final long GIB = 1L << 30;
  private static final long LEAST_GIB = 4;
  private static final int MOST_CAUSES = 50;

  private OutOfMemory() {}

  /**
   * The line for a fault that came from too little memory; empty: it came from something else.
   *
   * @param master what runs the tasks: with a local one, they share the driver's memory
   */
  static Optional<String> line(Throwable fault, String master) {
    Throwable cause = fault;
    boolean ofExecutors = false;
    for (int i = 0; cause != null && i < MOST_CAUSES; i++, cause = cause.getCause()) {
      ofExecutors |=
          !master.startsWith("local")
              && EXECUTOR.matcher(String.valueOf(cause.getMessage())).find();
      if (cause instanceof OutOfMemoryError error) {
        return Optional.of(ofExecutors ? ofExecutors() : ofDriver(error));
      }
    }
    return ofExecutors ? Optional.of(ofExecutors()) : Optional.empty();
  }

  private static String ofExecutors() {
    return "out of memory in an executor: give executors more, such as --executor-memory 4g, or"
        + " twice what they have";
  }

  /** Memory for threads is the system's: no option of Spark's gives more. */
  private static String ofDriver(OutOfMemoryError error) {
    String what = String.valueOf(error.getMessage());
    if (what.contains("thread")) {
      return "out of threads: the system gives this process no more; see ulimit -u";
    }
    long heap = Runtime.getRuntime().maxMemory();
    return String.format(
        Locale.ROOT,
        "out of memory (%s) with a heap of %.1f GiB: give more, such as --driver-memory %dg",
        TerminalText.line(what),
        (double) heap / GIB,
        Math.max(LEAST_GIB, (2 * heap + GIB - 1) / GIB));
  }
}
