package io.shardsum.scan.live;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.io.ReadSettings;
import io.shardsum.scan.files.ReadingExecutors;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.source.ChunkColumn;
import io.shardsum.source.FileListing;
import io.shardsum.source.OnError;
import io.shardsum.source.RowUnit;
import io.shardsum.source.SafetensorsSource;
import io.shardsum.source.ScannedFile;
import io.shardsum.source.TaskPlan;
import io.shardsum.tables.NamedJobs;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.ReadBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Tensors that a running engine seems to hold otherwise than their files, read a second time, each
 * by a task of its own. So it is known whether the first reading was right, and the SHA-256: what
 * lies in the memory of the CPU is reported by the first digits of that, and by no other checksum.
 */
final class SecondDigests {

  private final Map<List<Object>, PlannedFile> files = new HashMap<>();
  private final ReadingExecutors executors;
  private final RereadLimits limits;
  private final ReadSettings reading;

  /**
   * Prepares.
   *
   * @param executors of the executors that have read
   */
  SecondDigests(
      List<PlannedFile> planned,
      ReadingExecutors executors,
      RereadLimits limits,
      ReadSettings reading) {
    this.executors = executors;
    this.limits = limits;
    this.reading = reading;
    for (PlannedFile file : planned) {
      file.engine()
          .ifPresent(
              engine ->
                  files.put(
                      fileKey(engine, file.rank(), file.file().role(), file.file().path()), file));
    }
  }

  private static List<Object> fileKey(String engine, int rank, String role, String path) {
    return List.of(engine, rank, role, path);
  }

  /** How many of the rows of {@code sql/live/suspects.sql} the limits allow to be read. */
  int affordable(List<Row> suspects) {
    long leftBytes = limits.bytes();
    for (int count = 0; count < suspects.size(); count++) {
      leftBytes -= suspects.get(count).<Long>getAs("bytes");
      if (leftBytes < 0) {
        return count;
      }
    }
    return suspects.size();
  }

  /** Reads such rows. What cannot be read is left out. */
  List<SecondDigest> read(List<Row> suspects, SparkSession session) {
    return suspects.isEmpty()
        ? List.of()
        : NamedJobs.named(
            session,
            "read again: " + NumberWords.count(suspects.size(), "tensor") + " of running engines",
            () -> digests(suspects, session));
  }

  /** An empty tensor may begin where a suspect does: it is not meant. */
  private List<SecondDigest> digests(List<Row> suspects, SparkSession session) {
    List<ScannedFile> listed = new ArrayList<>();
    List<TaskPlan.Task> tasks = new ArrayList<>();
    for (Row suspect : suspects) {
      long begin = suspect.<Long>getAs("file_offset_bytes");
      long end = begin + suspect.<Long>getAs("bytes");
      tasks.add(
          new TaskPlan.Task(
              executors.besides(
                  List.of(SecondDigest.firstBy(suspect).executor().split(",", -1)), List.of()),
              List.of(List.of((long) listed.size(), begin, end))));
      listed.add(fileOf(suspect).scanned());
    }
    List<SecondDigest> again = new ArrayList<>();
    for (Row row :
        session
            .read()
            .format(SafetensorsSource.NAME)
            .option("listing", new FileListing(listed).toJson())
            .option("tasks", new TaskPlan(tasks).toJson())
            .option("rows", RowUnit.PIECE.option())
            .option("on-error", OnError.REPORT.option())
            .options(reading.options())
            .load()
            .select(
                col(ChunkColumn.FILE_INDEX.columnName()).as("file_index"),
                col(ChunkColumn.TENSOR_BYTES.columnName()).as("tensor_bytes"),
                coalesce(
                        col(ChunkColumn.FP8_SUM.columnName()),
                        col(ChunkColumn.CHUNK_SUM.columnName()))
                    .as("sum"),
                coalesce(
                        col(ChunkColumn.FP8_SHA256.columnName()),
                        col(ChunkColumn.SHA256.columnName()))
                    .as("sha256"),
                col(ChunkColumn.HOST.columnName()).as("host"),
                col(ChunkColumn.EXECUTOR.columnName()).as("executor"))
            .where(col("sha256").isNotNull().and(col("tensor_bytes").gt(0)))
            .collectAsList()) {
      again.add(
          new SecondDigest(
              suspects.get(row.<Integer>getAs("file_index")),
              SglangChecksum.finish(row.<Long>getAs("sum")),
              row.getAs("sha256"),
              new ReadBy(row.getAs("host"), row.getAs("executor"), Optional.empty())));
    }
    return again;
  }

  private PlannedFile fileOf(Row suspect) {
    return files.get(
        fileKey(
            suspect.getAs("engine"),
            suspect.<Integer>getAs("rank"),
            suspect.getAs("role"),
            suspect.getAs("file")));
  }
}
