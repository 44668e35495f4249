package io.shardsum.history;

import io.shardsum.tables.TablesSession;
import org.apache.spark.sql.SparkSession;

/** The session in which history is read. */
final class HistorySession {

  private HistorySession() {}

  /**
   * A new one. Files of scans that are replaced meanwhile vanish there without an error; {@link
   * History} sees that and begins anew.
   */
  static SparkSession of(SparkSession session) {
    SparkSession own = TablesSession.of(session);
    own.conf().set("spark.sql.files.ignoreMissingFiles", "true");
    return own;
  }
}
