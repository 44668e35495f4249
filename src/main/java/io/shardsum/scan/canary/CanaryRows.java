package io.shardsum.scan.canary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.shardsum.fleet.Digest;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.text.ForeignText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.QueryExecution;

/**
 * What a scan has made of its canaries. Their rows are taken out of those of the table {@code
 * tensors} while these are being written, and come to the driver in the same job.
 *
 * @param rows of canaries alone; their column {@code rank} is the number of the planting
 */
public record CanaryRows(String scanId, List<Row> rows) {

  /** The name under which Spark hands the rows to the driver. */
  private static final String METRIC = "canaries";

  private static final String ROWS = "rows";
  private static final int MESSAGE_CODE_POINTS = 2_000;

  private static final List<String> COLUMNS =
      List.of("rank", "file", "tensor", "reason", "checksum", "sha256", "host", "executor", "gpu");

  /** The rows of the table, without those of canaries. */
  public static Dataset<Row> takenOut(Dataset<Row> tensors) {
    Column row = struct(COLUMNS.stream().map(name -> col(name)).toArray(Column[]::new));
    return tensors
        .observe(METRIC, collect_list(when(col("engine").isNull(), row)).as(ROWS))
        .where(col("engine").isNotNull());
  }

  /** The rows of canaries that were taken out in a job. */
  @SuppressWarnings("GuardedBy") // a lazy value of Scala: it takes its lock itself
  public static List<Row> of(QueryExecution execution) {
    Row metrics = execution.observedMetrics().apply(METRIC);
    return metrics.getList(metrics.fieldIndex(ROWS));
  }

  /**
   * Checks that each tensor of a canary has one row, with the digests that it should have.
   *
   * @param path of its file
   * @throws UntrustedScanException if not
   */
  void require(CanaryShard shard, String path, int planting, Digest digest) {
    List<Row> ofShard =
        rows.stream()
            .filter(row -> row.<Integer>getAs("rank") == planting)
            .filter(row -> row.getAs("file").equals(path))
            .toList();
    for (Map.Entry<TensorSpec, CanaryDigests> tensor : shard.expected().entrySet()) {
      String expected = tensor.getValue().text(digest);
      String name = tensor.getKey().name();
      List<Row> found =
          ofShard.stream().filter(row -> name.equals(row.<String>getAs("tensor"))).toList();
      if (found.size() != 1 || !digests(found.get(0)).text(digest).equals(expected)) {
        throw new UntrustedScanException(
            "Cannot trust scan %s: canary %s, tensor %s: expected %s, found %s"
                .formatted(
                    scanId,
                    shard.words(),
                    name,
                    expected,
                    words(found.isEmpty() ? ofShard : found, digest)));
      }
    }
  }

  private static CanaryDigests digests(Row row) {
    return new CanaryDigests(row.getAs("checksum"), row.getAs("sha256"));
  }

  private static String words(List<Row> found, Digest digest) {
    if (found.isEmpty()) {
      return "nothing";
    }
    String text = found.stream().map(row -> words(row, digest)).collect(Collectors.joining("; "));
    return ForeignText.shown(text, MESSAGE_CODE_POINTS);
  }

  private static String words(Row row, Digest digest) {
    String what =
        Optional.ofNullable(row.<String>getAs("reason")).orElse(digests(row).text(digest));
    String where =
        Stream.of("host", "executor", "gpu")
            .filter(name -> row.getAs(name) != null)
            .map(name -> "%s %s".formatted(name.replace("gpu", "GPU"), row.getAs(name)))
            .collect(Collectors.joining(", "));
    return "%s (%s)".formatted(what, where);
  }
}
