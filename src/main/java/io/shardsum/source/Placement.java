package io.shardsum.source;

import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
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

  static Placement ofThisTask() {
    ResourceInformation gpus = TaskContext.get().resourcesJMap().get("gpu");
    return new Placement(
        UTF8String.fromString(SparkEnv.get().blockManager().blockManagerId().host()),
        UTF8String.fromString(SparkEnv.get().executorId()),
        gpus == null ? null : UTF8String.fromString(String.join(",", gpus.addresses())));
  }
}
