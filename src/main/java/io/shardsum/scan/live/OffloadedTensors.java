package io.shardsum.scan.live;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;

import io.shardsum.io.ReadSettings;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.RereadLimits;
import io.shardsum.source.ChunkColumn;
import io.shardsum.source.FileListing;
import io.shardsum.source.OnError;
import io.shardsum.source.RowUnit;
import io.shardsum.source.SafetensorsSource;
import io.shardsum.source.ScannedFile;
import io.shardsum.source.TaskPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The SHA-256 of tensors that a running engine seems to hold otherwise than their files: what lies
 * in the memory of the CPU is reported by the first digits of that, and by no other checksum. They
 * are read a second time, a task each.
 */
final class OffloadedTensors {

  private static final StructType LOOKS =
      StructType.fromDDL("engine STRING, rank INT, key STRING, sha256 STRING");

  private final Map<List<Object>, PlannedFile> files = new HashMap<>();
  private final RereadLimits limits;
  private final ReadSettings reading;

  OffloadedTensors(List<PlannedFile> planned, RereadLimits limits, ReadSettings reading) {
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

  /**
   * Reads as many as the limits allow.
   *
   * @param suspects the rows of {@code sql/live/suspects.sql}
   * @return the tensors of files, with the SHA-256 of those that were read
   */
  Dataset<Row> completeDigests(Dataset<Row> fileTensors, List<Row> suspects) {
    SparkSession session = fileTensors.sparkSession();
    Dataset<Row> looks = session.createDataFrame(looks(affordable(suspects), session), LOOKS);
    return fileTensors
        .as("f")
        .join(
            looks.as("s"),
            col("f.engine")
                .equalTo(col("s.engine"))
                .and(col("f.rank").equalTo(col("s.rank")))
                .and(col("f.key").equalTo(col("s.key"))),
            "left")
        .select(col("f.*"), coalesce(col("f.sha256"), col("s.sha256")).as("either_sha256"))
        .drop("sha256")
        .withColumnRenamed("either_sha256", "sha256");
  }

  private List<Row> affordable(List<Row> suspects) {
    List<Row> affordable = new ArrayList<>();
    long leftBytes = limits.bytes();
    for (Row suspect : suspects) {
      leftBytes -= suspect.<Long>getAs("bytes");
      if (leftBytes < 0) {
        break;
      }
      affordable.add(suspect);
    }
    return affordable;
  }

  /** An empty tensor may begin where a suspect does: it is not meant. */
  private List<Row> looks(List<Row> suspects, SparkSession session) {
    List<ScannedFile> listed = new ArrayList<>();
    List<TaskPlan.Task> tasks = new ArrayList<>();
    for (Row suspect : suspects) {
      long begin = suspect.<Long>getAs("file_offset_bytes");
      long end = begin + suspect.<Long>getAs("bytes");
      tasks.add(new TaskPlan.Task(List.of(), List.of(List.of((long) listed.size(), begin, end))));
      listed.add(fileOf(suspect).scanned());
    }
    if (listed.isEmpty()) {
      return List.of();
    }
    List<Row> looks = new ArrayList<>();
    for (Row read :
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
                        col(ChunkColumn.FP8_SHA256.columnName()),
                        col(ChunkColumn.SHA256.columnName()))
                    .as("sha256"))
            .where(col("sha256").isNotNull().and(col("tensor_bytes").gt(0)))
            .collectAsList()) {
      Row suspect = suspects.get(read.<Integer>getAs("file_index"));
      looks.add(
          RowFactory.create(
              suspect.getAs("engine"),
              suspect.getAs("rank"),
              suspect.getAs("key"),
              read.getAs("sha256")));
    }
    return looks;
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
