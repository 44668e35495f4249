package io.shardsum.hosts;

import io.shardsum.io.ThisHost;
import java.util.Optional;
import org.apache.spark.SparkEnv;

/** The host of the executor that runs this, or of the driver. */
public final class ExecutorHost {

  private ExecutorHost() {}

  /** Its names. */
  public static ThisHost names() {
    return ThisHost.of(Optional.of(sparkName()));
  }

  /** The name or address by which Spark knows it. */
  public static String sparkName() {
    return SparkEnv.get().blockManager().blockManagerId().host();
  }
}
