package io.shardsum.source;

import org.apache.spark.sql.api.java.UDF10;
import org.apache.spark.util.CollectionAccumulator;

/**
 * A function of SQL that takes some rows of a query out, for the driver to see: it is false for a
 * row whose first argument is null, and adds the other arguments to an accumulator. Spark's own
 * way, {@code Dataset.observe}, has plans that the RAPIDS Accelerator refuses.
 *
 * <p>A task that runs again may add rows again.
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

  /** Takes a row out, all arguments but the first. */
  protected final void add(String[] row) {
    aside.add(row);
  }
}
