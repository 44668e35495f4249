package io.shardsum.source;

import java.util.Arrays;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.api.java.UDF10;
import org.apache.spark.util.CollectionAccumulator;

/**
 * A function of SQL that takes some rows of a query out, for the driver to see: it is false for a
 * row whose first argument is null, and adds the other arguments to an accumulator. Spark's own
 * way, {@code Dataset.observe}, has plans that the RAPIDS Accelerator refuses.
 *
 * <p>A task that runs again may add rows again: their last two texts tell.
 */
public class RowsAside
    implements UDF10<
        String, Integer, String, String, String, String, String, String, String, String, Boolean> {

  private static final long serialVersionUID = 1;

  private final CollectionAccumulator<String[]> aside;

  /** Adds rows to an accumulator that Spark knows. */
  public RowsAside(CollectionAccumulator<String[]> aside) {
    this.aside = aside;
  }

  @Override
  public Boolean call(
      String key,
      Integer number,
      String a,
      String b,
      String c,
      String d,
      String e,
      String f,
      String g,
      String h) {
    if (key == null) {
      add(new String[] {String.valueOf(number), a, b, c, d, e, f, g, h});
    }
    return key != null;
  }

  /** Takes a row out: all arguments but the first, then the task's partition and attempt. */
  protected final void add(String[] row) {
    String[] ofTask = Arrays.copyOf(row, row.length + 2);
    TaskContext task = TaskContext.get();
    ofTask[row.length] = Integer.toString(task.partitionId());
    ofTask[row.length + 1] = Long.toString(task.taskAttemptId());
    aside.add(ofTask);
  }
}
