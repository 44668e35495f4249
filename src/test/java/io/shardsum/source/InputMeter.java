package io.shardsum.source;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;

/** Sums what Spark's own task metrics say was read, from its making to its close. */
final class InputMeter extends SparkListener implements AutoCloseable {

  private final SparkSession spark;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong tasks = new AtomicLong();

  InputMeter(SparkSession spark) throws TimeoutException {
    this.spark = spark;
    settle();
    spark.sparkContext().addSparkListener(this);
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd taskEnd) {
    bytes.addAndGet(taskEnd.taskMetrics().inputMetrics().bytesRead());
    records.addAndGet(taskEnd.taskMetrics().inputMetrics().recordsRead());
    tasks.incrementAndGet();
  }

  long bytesRead() throws TimeoutException {
    settle();
    return bytes.get();
  }

  long recordsRead() throws TimeoutException {
    settle();
    return records.get();
  }

  long tasks() throws TimeoutException {
    settle();
    return tasks.get();
  }

  private void settle() throws TimeoutException {
    spark.sparkContext().listenerBus().waitUntilEmpty();
  }

  @Override
  public void close() {
    spark.sparkContext().removeSparkListener(this);
  }
}
