package io.shardsum.scan.files;

import static org.apache.spark.sql.functions.col;

import io.shardsum.fleet.Digest;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanSettings;
import io.shardsum.scan.plan.ScanSize;
import io.shardsum.source.RowUnit;
import io.shardsum.tables.SqlStage;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The weights of a scan and its canaries as rows, one for each tensor.
 *
 * <p>A file that is no longer than a task is read whole, and its rows are complete as they come. A
 * longer one is cut, and its tensors' runs are merged, for which rows move between executors; so
 * are the chunks of one whose sums are a function's. Rows also move where else there would be many
 * small files in the table.
 */
public final class WeightRows {

  /** What is read in the place of files that are read alike. */
  public interface Planting {
    List<PlannedFile> of(List<PlannedFile> files, Digest digest);
  }

  private static final int TASKS_OF_A_CORE = 8;
  private static final long LARGEST_SPLIT_BYTES = 2L << 30;
  private static final long LEAST_ROWS_OF_A_LANDED_FILE = 10_000;

  private final SparkSession session;
  private final List<PlannedFile> files;
  private final ScanSize size;
  private final Hasher hasher;
  private final ScanRequest request;
  private final Planting planting;
  private final long splitBytes;
  private final List<PlannedFile> numbered = new ArrayList<>();

  public WeightRows(
      SparkSession session,
      List<PlannedFile> files,
      ScanSize size,
      Hasher hasher,
      ScanRequest request,
      Planting planting) {
    this.session = session;
    this.files = files;
    this.size = size;
    this.hasher = hasher;
    this.request = request;
    this.planting = planting;
    this.splitBytes = splitBytes();
  }

  /**
   * Makes the views {@code files} and {@code merged}, of which {@link SqlStage#TENSORS} is made.
   */
  public void createViews() {
    List<PlannedFile> whole = ofStage(SqlStage.WHOLE);
    Dataset<Row> merged = merged(SqlStage.WHOLE, RowUnit.TENSOR, whole);
    for (SqlStage stage : List.of(SqlStage.MERGED, SqlStage.CHUNKS)) {
      List<PlannedFile> ofStage = ofStage(stage);
      if (!ofStage.isEmpty()) {
        RowUnit unit = stage == SqlStage.CHUNKS ? RowUnit.CHUNK : RowUnit.PIECE;
        merged = merged.union(merged(stage, unit, ofStage));
      }
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
    long openCostBytes = bytes(ScanSettings.OPEN_COST_BYTES);
    return 1 + (PlannedFile.bytes(files) + files.size() * openCostBytes) / splitBytes;
  }

  private List<PlannedFile> ofStage(SqlStage stage) {
    return files.stream().filter(file -> stage(file) == stage).toList();
  }

  private SqlStage stage(PlannedFile file) {
    if (hasher.takesChunks(file.digest())) {
      return SqlStage.CHUNKS;
    }
    return file.file().lengthBytes() > splitBytes ? SqlStage.MERGED : SqlStage.WHOLE;
  }

  private Dataset<Row> merged(SqlStage stage, RowUnit unit, List<PlannedFile> ofStage) {
    Dataset<Row> runs = runs(List.of(), Digest.SHA256, unit);
    for (Digest digest : Digest.values()) {
      List<PlannedFile> ofDigest =
          ofStage.stream().filter(file -> file.digest() == digest).toList();
      if (!ofDigest.isEmpty()) {
        runs = runs.union(runs(planting.of(ofDigest, digest), digest, unit));
      }
    }
    runs.createOrReplaceTempView("runs");
    return stage.in(session);
  }

  private Dataset<Row> runs(List<PlannedFile> ofDigest, Digest digest, RowUnit unit) {
    int firstIndex = numbered.size();
    numbered.addAll(ofDigest);
    return new ChunkQuery(unit, digest, splitBytes, request).over(ofDigest, firstIndex, session);
  }

  /**
   * A task has fixed costs of some milliseconds, in which a core hashes tens of megabytes: the
   * larger the scan, the larger its tasks, as long as the cores end about together.
   */
  private long splitBytes() {
    long usual = bytes(ScanSettings.MOST_BYTES_OF_A_TASK);
    if (session.sparkContext().getConf().contains(ScanSettings.MOST_BYTES_OF_A_TASK)) {
      return usual;
    }
    long even =
        PlannedFile.bytes(files)
            / ((long) TASKS_OF_A_CORE * session.sparkContext().defaultParallelism());
    return Math.max(usual, Math.min(even, LARGEST_SPLIT_BYTES));
  }

  private long bytes(String key) {
    return ScanSettings.bytes(key, session.conf().get(key));
  }
}
