package io.shardsum.scan.files;

import io.shardsum.scan.canary.CanaryResult;
import io.shardsum.verdict.ReadBy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What the one reading of all weights in files has left behind.
 *
 * @param tensors the rows of the table {@code tensors} that come from files
 * @param times when they were read
 * @param executors the executors that have read
 * @param brokenHeaders how many headers did not parse at first, by what has read them
 * @param canaries what became of the shards that the scan made for itself
 */
public record WeightReading(
    Dataset<Row> tensors,
    ReadTimes times,
    ReadingExecutors executors,
    Map<ReadBy, Long> brokenHeaders,
    CanaryResult canaries) {

  /** With what was read after it. */
  public WeightReading then(WeightReading more) {
    Map<ReadBy, Long> broken = new LinkedHashMap<>(brokenHeaders);
    more.brokenHeaders.forEach((by, headers) -> broken.merge(by, headers, Long::sum));
    return new WeightReading(
        more.tensors,
        times.then(more.times),
        executors.and(more.executors),
        broken,
        canaries.plus(more.canaries));
  }
}
