package io.shardsum.scan.files;

import static org.apache.spark.sql.functions.col;

import io.shardsum.fleet.Digest;
import io.shardsum.fleet.FileDigest;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.scan.plan.ScanSettings;
import io.shardsum.scan.plan.ScanSize;
import io.shardsum.tables.SqlStage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The weights of a scan and its canaries as rows, one for each tensor.
 *
 * <p>A file that is no longer than a task is read whole, and its rows are complete as they come. A
 * longer one is cut, and its tensors' runs, or on a GPU their chunks, are merged, for which rows
 * move between executors.
 */
final class WeightRows {

  private static final int TASKS_OF_A_CORE = 8;

  /** A core has at least so many files before one of them is cut. */
  private static final int FILES_OF_A_CORE = 3;

  private static final long LARGEST_SPLIT_BYTES = 2L << 30;
  private static final long LEAST_ROWS_OF_A_LANDED_FILE = 10_000;

  private final SparkSession session;
  private final List<PlannedFile> files;
  private final ScanSize size;
  private final ScanRequest request;
  private final Hasher hasher;
  private final long splitBytes;

  /** Takes the files of a scan, without canaries. */
  WeightRows(
      SparkSession session,
      List<PlannedFile> files,
      ScanSize size,
      ScanRequest request,
      Hasher hasher) {
    this.session = session;
    this.files = files;
    this.size = size;
    this.request = request;
    this.hasher = hasher;
    this.splitBytes = splitBytes();
  }

  /** The files of the scan by how they are read. */
  List<ReadAlike> readAlike() {
    return ReadAlike.of(files, hasher, longestWholeBytes());
  }

  /** The rows of {@code sql/tensors.sql} over files, canaries among them. */
  Dataset<Row> tensors(List<ReadAlike> readings) {
    return tensors(readings, rows -> rows);
  }

  /** The same, moved where executors would otherwise land many small files. */
  Dataset<Row> inFewFiles(List<ReadAlike> readings) {
    boolean anyWhole = readings.stream().anyMatch(r -> r.stage() == SqlStage.WHOLE);
    boolean landsManyFiles = size.tensors() / tasks() < LEAST_ROWS_OF_A_LANDED_FILE;
    return tensors(
        readings, rows -> anyWhole && landsManyFiles ? rows.repartition(col("file_index")) : rows);
  }

  private Dataset<Row> tensors(List<ReadAlike> readings, UnaryOperator<Dataset<Row>> moved) {
    List<PlannedFile> numbered = new ArrayList<>();
    Optional<Dataset<Row>> merged = Optional.empty();
    for (SqlStage stage : List.of(SqlStage.WHOLE, SqlStage.MERGED, SqlStage.CHUNKS)) {
      List<ReadAlike> ofStage = readings.stream().filter(r -> r.stage() == stage).toList();
      if (!ofStage.isEmpty() || stage == SqlStage.WHOLE) {
        Dataset<Row> rows = rows(stage, ofStage, numbered);
        merged = Optional.of(merged.map(before -> before.union(rows)).orElse(rows));
      }
    }
    return SqlStage.TENSORS
        .query()
        .with("merged", moved.apply(merged.orElseThrow()))
        .with(
            "files",
            session.createDataFrame(
                ScanViews.files(numbered, request.startedAt()), ScanViews.FILES))
        .in(session);
  }

  /**
   * The rows of a stage's statement over the files of that stage.
   *
   * @param numbered takes the files in the order of their numbers
   */
  Dataset<Row> rows(SqlStage stage, List<ReadAlike> readings, List<PlannedFile> numbered) {
    return stage.query().with("runs", runs(stage, readings, numbered)).in(session);
  }

  private Dataset<Row> runs(SqlStage stage, List<ReadAlike> readings, List<PlannedFile> numbered) {
    Dataset<Row> runs =
        runs(new ReadAlike(stage, Digest.SHA256, FileDigest.NONE, List.of()), numbered);
    for (ReadAlike reading : readings) {
      runs = runs.union(runs(reading, numbered));
    }
    return runs;
  }

  private Dataset<Row> runs(ReadAlike reading, List<PlannedFile> numbered) {
    int firstIndex = numbered.size();
    numbered.addAll(reading.files());
    return new ChunkQuery(reading, hasher, splitBytes, request).over(firstIndex, session);
  }

  /** About how many tasks read the files, each of which would land a file of its own. */
  private long tasks() {
    long openCostBytes = bytes(ScanSettings.OPEN_COST_BYTES);
    return 1 + (PlannedFile.bytes(files) + files.size() * openCostBytes) / splitBytes;
  }

  /**
   * A task has fixed costs of some milliseconds, in which a core hashes tens of megabytes: the
   * larger the scan, the larger its tasks, as long as the cores end about together.
   */
  private long splitBytes() {
    return bytesOfATask(TASKS_OF_A_CORE);
  }

  /**
   * A longer file is cut. To merge the sums of its pieces costs more than a task that is longer
   * than others, and each piece asks an object store for the header again.
   */
  private long longestWholeBytes() {
    return bytesOfATask(FILES_OF_A_CORE);
  }

  private long bytesOfATask(int tasksOfACore) {
    long usual = bytes(ScanSettings.MOST_BYTES_OF_A_TASK);
    if (session.sparkContext().getConf().contains(ScanSettings.MOST_BYTES_OF_A_TASK)) {
      return usual;
    }
    long even =
        PlannedFile.bytes(files)
            / ((long) tasksOfACore * session.sparkContext().defaultParallelism());
    return Math.max(usual, Math.min(even, LARGEST_SPLIT_BYTES));
  }

  private long bytes(String key) {
    return ScanSettings.bytes(key, session.conf().get(key));
  }
}
