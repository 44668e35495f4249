package io.shardsum.tables;

import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/** Says what Spark's pages call jobs. */
public final class NamedJobs {

  private static final String PROPERTY = "spark.job.description";

  private NamedJobs() {}

  /**
   * Computes something; the jobs that this thread starts meanwhile have a description.
   *
   * @param description as in {@code hash 12,480 files}
   */
  public static <T> T named(SparkSession session, String description, Supplier<T> computation) {
    SparkContext context = session.sparkContext();
    String before = context.getLocalProperty(PROPERTY);
    context.setJobDescription(description);
    try {
      return computation.get();
    } finally {
      context.setJobDescription(before);
    }
  }
}
