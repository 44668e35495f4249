package io.shardsum.source;

import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Where a task runs.
 *
 * @param host the host
 * @param executor Spark's id of the executor
 * @param gpu addresses of the GPUs that Spark gave the task, with commas between; null if none
 */
record Placement(UTF8String host, UTF8String executor, UTF8String gpu) {

  private static final String GPU = "gpu";

  /** The id of the executor that a local master runs in the driver. */
  private static final String DRIVER = "driver";

  static Placement ofThisTask() {
    ResourceInformation gpus = resources().get(GPU);
    return new Placement(
        UTF8String.fromString(SparkEnv.get().blockManager().blockManagerId().host()),
        UTF8String.fromString(SparkEnv.get().executorId()),
        gpus == null ? null : UTF8String.fromString(String.join(",", gpus.addresses())));
  }

  /** The task's resources; a local master gives tasks none, so they have those of the driver. */
  private static Map<String, ResourceInformation> resources() {
    Map<String, ResourceInformation> ofTask = TaskContext.get().resourcesJMap();
    boolean inDriver = SparkEnv.get().executorId().equals(DRIVER);
    return ofTask.isEmpty() && inDriver
        ? JavaSparkContext.fromSparkContext(SparkContext.getOrCreate()).resources()
        : ofTask;
  }
}
