package io.shardsum.scan;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.shardsum.fleet.Digest;
import io.shardsum.source.ChunkColumn;
import io.shardsum.source.FileListing;
import io.shardsum.source.OnError;
import io.shardsum.source.RowUnit;
import io.shardsum.source.SafetensorsSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * The weights of a scan as rows, one for each tensor.
 *
 * <p>A file that is no longer than a task is read whole, and its rows are complete as they come. A
 * longer one is cut, and its tensors' runs are merged, for which rows move between executors. They
 * also move where else there would be many small files in the table.
 */
final class WeightRows {

  private static final String MOST_BYTES_OF_A_TASK = "spark.sql.files.maxPartitionBytes";
  private static final int TASKS_OF_A_CORE = 8;
  private static final long LARGEST_SPLIT_BYTES = 2L << 30;
  private static final long LEAST_ROWS_OF_A_LANDED_FILE = 10_000;

  private static final DataType CHUNK_SUMS_TYPE =
      DataTypes.createArrayType(DataTypes.LongType, false);

  private final SparkSession session;
  private final List<PlannedFile> files;
  private final ScanSize size;
  private final long splitBytes;
  private final List<PlannedFile> numbered = new ArrayList<>();

  WeightRows(SparkSession session, List<PlannedFile> files, ScanSize size) {
    this.session = session;
    this.files = files;
    this.size = size;
    this.splitBytes = splitBytes();
  }

  /**
   * Makes the views {@code files} and {@code merged}, of which {@link SqlStage#TENSORS} is made.
   */
  void createViews() {
    List<PlannedFile> whole = files(false);
    List<PlannedFile> cut = files(true);
    Dataset<Row> merged = merged(SqlStage.WHOLE, RowUnit.TENSOR, whole);
    if (!cut.isEmpty()) {
      merged = merged.union(merged(SqlStage.MERGED, RowUnit.PIECE, cut));
    }
    if (!whole.isEmpty() && size.tensors() / tasks() < LEAST_ROWS_OF_A_LANDED_FILE) {
      merged = merged.repartition(col("file_index"));
    }
    merged.createOrReplaceTempView("merged");
    session
        .createDataFrame(ScanViews.files(numbered), ScanViews.FILES)
        .createOrReplaceTempView("files");
  }

  /** About how many tasks read the files, each of which would land a file of its own. */
  private long tasks() {
    long openCostBytes = bytes(session.conf().get("spark.sql.files.openCostInBytes"));
    return 1 + (PlannedFile.bytes(files) + files.size() * openCostBytes) / splitBytes;
  }

  private List<PlannedFile> files(boolean cut) {
    return files.stream().filter(file -> file.file().lengthBytes() > splitBytes == cut).toList();
  }

  private Dataset<Row> merged(SqlStage stage, RowUnit unit, List<PlannedFile> ofStage) {
    Dataset<Row> runs = runs(List.of(), Digest.SGLANG, unit);
    for (Digest digest : Digest.values()) {
      List<PlannedFile> ofDigest =
          ofStage.stream().filter(file -> file.owner().spec().digest() == digest).toList();
      if (!ofDigest.isEmpty()) {
        runs = runs.union(runs(ofDigest, digest, unit));
      }
    }
    runs.createOrReplaceTempView("runs");
    return stage.in(session);
  }

  private Dataset<Row> runs(List<PlannedFile> ofDigest, Digest digest, RowUnit unit) {
    FileListing listing = new FileListing(ofDigest.stream().map(PlannedFile::listed).toList());
    int firstIndex = numbered.size();
    numbered.addAll(ofDigest);
    boolean sums = digest != Digest.SHA256;
    boolean sha256 = digest != Digest.SGLANG;
    return session
        .read()
        .format(SafetensorsSource.NAME)
        .option("listing", listing.toJson())
        .option("rows", unit.option())
        .option("split-bytes", Long.toString(splitBytes))
        .option("on-error", OnError.REPORT.option())
        .load()
        .select(
            named(ChunkColumn.FILE_INDEX).plus(lit(firstIndex)).as("file_index"),
            named(ChunkColumn.TENSOR),
            named(ChunkColumn.DTYPE),
            named(ChunkColumn.SHAPE),
            named(ChunkColumn.TENSOR_BYTES),
            named(ChunkColumn.FILE_OFFSET_BYTES),
            named(ChunkColumn.FILE_TENSORS).as("file_tensors"),
            named(ChunkColumn.CHUNK),
            named(ChunkColumn.CHUNKS).as("chunks"),
            (sums ? named(ChunkColumn.CHUNK_SUM) : nothing(DataTypes.LongType)).as("chunk_sum"),
            (sums ? named(ChunkColumn.CHUNK_SUMS) : nothing(CHUNK_SUMS_TYPE)).as("chunk_sums"),
            (sha256 ? named(ChunkColumn.SHA256) : nothing(DataTypes.StringType)).as("sha256"),
            named(ChunkColumn.SKIPPED_BY).as("skipped_by"),
            named(ChunkColumn.ERROR),
            named(ChunkColumn.HOST).as("host"),
            named(ChunkColumn.EXECUTOR).as("executor"),
            named(ChunkColumn.GPU).as("gpu"));
  }

  /**
   * A task has fixed costs of some milliseconds, in which a core hashes tens of megabytes: the
   * larger the scan, the larger its tasks, as long as the cores end about together.
   */
  private long splitBytes() {
    long usual = bytes(session.conf().get(MOST_BYTES_OF_A_TASK));
    if (session.sparkContext().getConf().contains(MOST_BYTES_OF_A_TASK)) {
      return usual;
    }
    long even =
        PlannedFile.bytes(files)
            / ((long) TASKS_OF_A_CORE * session.sparkContext().defaultParallelism());
    return Math.max(usual, Math.min(even, LARGEST_SPLIT_BYTES));
  }

  private static long bytes(String size) {
    return JavaUtils.byteStringAsBytes(size);
  }

  private static Column named(ChunkColumn column) {
    return col(column.columnName());
  }

  private static Column nothing(DataType type) {
    return lit(null).cast(type);
  }
}
