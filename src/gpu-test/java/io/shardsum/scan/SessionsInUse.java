package io.shardsum.scan;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.util.QueryExecutionListener;

/** Remembers sessions that ran something; Spark makes a listener for each, by the class's name. */
public final class SessionsInUse implements QueryExecutionListener {

  private static final Set<SparkSession> SESSIONS = ConcurrentHashMap.newKeySet();

  /** The session that has a view. */
  static SparkSession with(String view) {
    return SESSIONS.stream()
        .filter(session -> session.catalog().tableExists(view))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void onSuccess(String action, QueryExecution execution, long durationNanos) {
    SESSIONS.add(execution.sparkSession());
  }

  @Override
  public void onFailure(String action, QueryExecution execution, Exception e) {}
}
