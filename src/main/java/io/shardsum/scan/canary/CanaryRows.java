package io.shardsum.scan.canary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;

import io.shardsum.fleet.Digest;
import io.shardsum.gpu.Accelerator;
import io.shardsum.safetensors.TensorSpec;
import io.shardsum.text.ForeignText;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.util.CollectionAccumulator;

/**
 * What a scan makes of its canaries. Their rows are taken out of those of the table {@code tensors}
 * while these are being written, and come to the driver in the same job.
 */
public final class CanaryRows {

  private static final int MESSAGE_CODE_POINTS = 2_000;

  private static final List<String> COLUMNS =
      List.of("rank", "file", "tensor", "reason", "checksum", "sha256", "host", "executor", "gpu");

  private final CollectionAccumulator<String[]> aside;
  private final Accelerator accelerator;

  /** For one scan, in plans that run on an accelerator. */
  public CanaryRows(SparkSession session, Accelerator accelerator) {
    this.aside = session.sparkContext().collectionAccumulator();
    this.accelerator = accelerator;
  }

  /** The rows of the table, without those of canaries. */
  public Dataset<Row> takenOut(Dataset<Row> tensors) {
    Column[] arguments =
        Stream.concat(Stream.of("engine"), COLUMNS.stream())
            .map(name -> col(name))
            .toArray(Column[]::new);
    // Not deterministic: it is evaluated where it stands, once for each row.
    return tensors.where(
        udf(accelerator.rowsAside(aside), DataTypes.BooleanType)
            .asNondeterministic()
            .apply(arguments));
  }

  /** The rows of canaries that were taken out; where a task ran again, those of its last run. */
  List<CanaryRow> rows() {
    List<CanaryRow> all = aside.value().stream().map(CanaryRow::of).toList();
    Map<Integer, Long> lastAttempts =
        all.stream().collect(Collectors.toMap(CanaryRow::partition, CanaryRow::attempt, Math::max));
    return all.stream().filter(row -> row.attempt() == lastAttempts.get(row.partition())).toList();
  }

  /**
   * Checks that each tensor of a canary has one row, with the digests that it should have.
   *
   * @param rows those of all canaries
   * @param path of its file
   * @throws UntrustedScanException if not
   */
  static void require(
      String scanId,
      List<CanaryRow> rows,
      CanaryShard shard,
      String path,
      int planting,
      Digest digest) {
    List<CanaryRow> ofShard =
        rows.stream().filter(row -> row.rank() == planting && row.file().equals(path)).toList();
    for (Map.Entry<TensorSpec, CanaryDigests> tensor : shard.expected().entrySet()) {
      String expected = tensor.getValue().text(digest);
      String name = tensor.getKey().name();
      List<CanaryRow> found = ofShard.stream().filter(row -> name.equals(row.tensor())).toList();
      if (found.size() != 1 || !found.get(0).digests().text(digest).equals(expected)) {
        throw new UntrustedScanException(
            "Cannot trust scan %s, since its self-test failed: canary %s, tensor %s: expected %s, found %s"
                .formatted(
                    scanId,
                    shard.words(),
                    name,
                    expected,
                    words(found.isEmpty() ? ofShard : found, digest)));
      }
    }
  }

  private static String words(List<CanaryRow> found, Digest digest) {
    if (found.isEmpty()) {
      return "nothing";
    }
    String text = found.stream().map(row -> row.words(digest)).collect(Collectors.joining("; "));
    return ForeignText.shown(text, MESSAGE_CODE_POINTS);
  }
}
