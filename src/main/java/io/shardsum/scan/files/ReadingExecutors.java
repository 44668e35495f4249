package io.shardsum.scan.files;

import io.shardsum.source.TaskPlan;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a second reading had better run: on an executor that has not read the same before.
 *
 * @param hosts of the executors that have read, by Spark's ids of these
 */
public record ReadingExecutors(Map<String, String> hosts) {

  public ReadingExecutors {
    hosts = new TreeMap<>(hosts);
  }

  /** These, and others. */
  ReadingExecutors and(ReadingExecutors more) {
    Map<String, String> all = new TreeMap<>(hosts);
    all.putAll(more.hosts);
    return new ReadingExecutors(all);
  }

  /**
   * The executors that have read neither copy, else those that have not read the suspect one; none
   * where all have.
   *
   * @param suspect ids of the executors that have read the suspect copy
   * @param other ids of those that have read the other one
   */
  public List<String> besides(List<String> suspect, List<String> other) {
    Map<String, String> left = new TreeMap<>(hosts);
    left.keySet().removeAll(suspect);
    Map<String, String> unbiased = new TreeMap<>(left);
    unbiased.keySet().removeAll(other);
    return (unbiased.isEmpty() ? left : unbiased)
        .entrySet().stream().map(e -> TaskPlan.executor(e.getValue(), e.getKey())).toList();
  }
}
