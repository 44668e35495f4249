package io.shardsum.scan;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.datasources.InsertIntoHadoopFsRelationCommand;
import org.apache.spark.sql.util.QueryExecutionListener;

/**
 * Waits until Spark's listeners have been told of a write, and keeps the plan that it ran. Spark
 * tells them in order, behind the job's back: what they heard of the write's tasks is then whole.
 */
final class ExecutedWrite implements QueryExecutionListener {

  private static final int PATIENCE_SECONDS = 60;

  private final CountDownLatch told = new CountDownLatch(1);
  private volatile SparkPlan plan;

  private ExecutedWrite() {}

  /**
   * Runs a write of one table in a session.
   *
   * @throws IllegalStateException if Spark does not tell: it drops news where it has too many
   */
  static SparkPlan plan(SparkSession session, Runnable write) {
    ExecutedWrite listener = new ExecutedWrite();
    session.listenerManager().register(listener);
    try {
      write.run();
      if (!listener.told.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "Cannot tell what a scan ran on: Spark told nothing of its write; raise"
                + " spark.scheduler.listenerbus.eventqueue.capacity");
      }
      return listener.plan;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a table was being written", e);
    } finally {
      session.listenerManager().unregister(listener);
    }
  }

  @Override
  public void onSuccess(String name, QueryExecution execution, long durationNanos) {
    if (execution.logical() instanceof InsertIntoHadoopFsRelationCommand) {
      plan = execution.executedPlan();
      told.countDown();
    }
  }

  @Override
  public void onFailure(String name, QueryExecution execution, Exception exception) {
    // The write itself throws.
  }
}
