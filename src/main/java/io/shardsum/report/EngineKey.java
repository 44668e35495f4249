package io.shardsum.report;

import io.shardsum.fleet.WeightSource;
import org.apache.spark.sql.Row;

/**
 * Whose copies: what an engine reads and what it said of itself are judged apart.
 *
 * @param source FILES or LIVE
 */
record EngineKey(String engine, WeightSource source) {

  /** From the columns engine and source. */
  static EngineKey of(Row row) {
    return new EngineKey(row.getAs("engine"), WeightSource.valueOf(row.getAs("source")));
  }

  /** The engine's name, shortened, and whether it is the live one. */
  String shown() {
    return ShownText.shortened(engine) + (source == WeightSource.LIVE ? " (live)" : "");
  }
}
