package io.shardsum.scan.reread;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * Compares copies of tensors, on executors: from the chunks that a task reads to a row a pair.
 *
 * @param pairs by number; the files of pair n have the numbers 2n, suspect, and 2n + 1
 */
record PairComparison(Map<Integer, CopyPair.Expected> pairs, int rangesKept)
    implements MapPartitionsFunction<Row, Row> {

  @Override
  public Iterator<Row> call(Iterator<Row> chunks) {
    Map<Integer, CopyPair> open = new LinkedHashMap<>();
    chunks.forEachRemaining(
        chunk -> {
          int file = chunk.<Integer>getAs("_file_index");
          CopyPair pair =
              open.computeIfAbsent(file / 2, n -> new CopyPair(pairs.get(n), rangesKept));
          if (file % 2 == 0) {
            pair.addSuspect(chunk);
          } else {
            pair.addOther(chunk);
          }
        });
    return open.values().stream().map(CopyPair::result).iterator();
  }
}
