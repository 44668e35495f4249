package io.shardsum.scan;

import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The tensors in which the copies of a rank differ.
 *
 * @param group the comparison group
 * @param rank the rank
 * @param tensors how many tensors differ, or are not in every copy
 * @param firstTensors up to three of them, in order of name
 */
public record Difference(String group, int rank, long tensors, List<String> firstTensors) {

  /** Copies the list. */
  public Difference {
    firstTensors = List.copyOf(firstTensors);
  }

  static Difference of(Row row) {
    return new Difference(
        row.getAs("comparison_group"),
        row.<Integer>getAs("rank"),
        row.<Long>getAs("tensors"),
        row.getList(row.fieldIndex("first_tensors")));
  }
}
