package io.shardsum.scan.files;

import io.shardsum.scan.canary.UntrustedScanException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.execution.datasources.InsertIntoHadoopFsRelationCommand;
import org.apache.spark.sql.util.QueryExecutionListener;

/**
 * Waits until Spark's listeners have been told of a write, and keeps what was executed. Spark tells
 * them in order, behind the job's back: what they heard of the write's tasks is then whole.
 */
public final class ExecutedWrite implements QueryExecutionListener {

  private static final int PATIENCE_SECONDS = 60;

  private final CountDownLatch told = new CountDownLatch(1);
  private final Predicate<QueryExecution> isIt;
  private volatile QueryExecution written;

  private ExecutedWrite(Predicate<QueryExecution> isIt) {
    this.isIt = isIt;
  }

  /**
   * Runs a write in a session; others may run there meanwhile.
   *
   * @param directory into which it writes: no other write's has that name
   * @throws UntrustedScanException if Spark does not tell: it drops news where it has too many
   */
  public static QueryExecution of(SparkSession session, Path directory, Runnable write) {
    return of(
        session,
        write,
        execution ->
            execution.logical() instanceof InsertIntoHadoopFsRelationCommand insert
                && insert.outputPath().getName().equals(directory.getName()));
  }

  /**
   * Runs a write of rows that the driver collects.
   *
   * @throws UntrustedScanException as {@link #of}
   */
  static QueryExecution ofCollected(Dataset<Row> rows, Consumer<List<Row>> write) {
    return of(
        rows.sparkSession(),
        () -> write.accept(rows.collectAsList()),
        execution -> execution == rows.queryExecution());
  }

  private static QueryExecution of(
      SparkSession session, Runnable write, Predicate<QueryExecution> isIt) {
    ExecutedWrite listener = new ExecutedWrite(isIt);
    session.listenerManager().register(listener);
    try {
      write.run();
      if (!listener.told.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new UntrustedScanException(
            "Cannot trust the scan: Spark did not report what was written; raise"
                + " spark.scheduler.listenerbus.eventqueue.capacity");
      }
      return listener.written;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a table was being written", e);
    } finally {
      session.listenerManager().unregister(listener);
    }
  }

  @Override
  public void onSuccess(String name, QueryExecution execution, long durationNanos) {
    if (isIt.test(execution)) {
      written = execution;
      told.countDown();
    }
  }

  @Override
  public void onFailure(String name, QueryExecution execution, Exception exception) {
    // The write itself throws.
  }
}
