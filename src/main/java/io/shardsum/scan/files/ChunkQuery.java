package io.shardsum.scan.files;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.shardsum.fleet.Digest;
import io.shardsum.fleet.FileDigest;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.source.ChunkColumn;
import io.shardsum.source.FileListing;
import io.shardsum.source.OnError;
import io.shardsum.source.RowUnit;
import io.shardsum.source.SafetensorsSource;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * The rows that {@code sql/whole.sql}, {@code merged.sql} and {@code chunks.sql} take: tensors, or
 * runs of their chunks, with their sums.
 *
 * @param reading which files, and what to compute
 * @param hasher what computes sums
 * @param splitBytes most bytes of files in a task
 * @param request says how files are read, and how many of a GPU's sums are held against the CPU's
 */
record ChunkQuery(ReadAlike reading, Hasher hasher, long splitBytes, ScanRequest request) {

  private static final DataType SUMS = DataTypes.createArrayType(DataTypes.LongType, false);

  /**
   * The rows of the files.
   *
   * @param firstIndex {@code file_index} of the first of them
   */
  Dataset<Row> over(int firstIndex, SparkSession session) {
    List<PlannedFile> files = reading.files();
    return session
        .read()
        .format(SafetensorsSource.NAME)
        .option(
            "listing", new FileListing(files.stream().map(PlannedFile::scanned).toList()).toJson())
        .option("rows", reading.unit().option())
        .option("split-bytes", Long.toString(splitBytes))
        .option("sums", hasher.sums())
        .options(checked())
        .options(request.reading().options())
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
            sum().as("chunk_sum"),
            sums().as("chunk_sums"),
            sha256(ChunkColumn.SHA256).as("sha256"),
            named(ChunkColumn.ENGINE_NAME).as("engine_name"),
            named(ChunkColumn.NAME_REASON).as("name_reason"),
            named(ChunkColumn.FP8).as("fp8"),
            fp8Sum().as("fp8_sum"),
            sha256(ChunkColumn.FP8_SHA256).as("fp8_sha256"),
            named(ChunkColumn.SKIPPED_BY).as("skipped_by"),
            named(ChunkColumn.ERROR),
            fileSha256().as("file_sha256"),
            named(ChunkColumn.READ_THROUGH).as("read_through"),
            named(ChunkColumn.HOST).as("host"),
            named(ChunkColumn.EXECUTOR).as("executor"),
            named(ChunkColumn.GPU).as("gpu"),
            named(ChunkColumn.FILE));
  }

  /** Another scan checks other chunks. */
  private Map<String, String> checked() {
    return hasher == Hasher.GPU && request.verifyOneIn().isPresent()
        ? Map.of(
            "check-one-in", Integer.toString(request.verifyOneIn().getAsInt()),
            "check-seed", request.scanId().text())
        : Map.of();
  }

  private Column sum() {
    return reading.digest() == Digest.SHA256
        ? nothing(DataTypes.LongType)
        : named(ChunkColumn.CHUNK_SUM);
  }

  private Column sums() {
    // A row of one chunk has one sum.
    return reading.digest() == Digest.SHA256 || reading.unit() == RowUnit.CHUNK
        ? nothing(SUMS)
        : named(ChunkColumn.CHUNK_SUMS);
  }

  private Column fp8Sum() {
    return reading.digest() == Digest.SHA256
        ? nothing(DataTypes.LongType)
        : named(ChunkColumn.FP8_SUM);
  }

  private Column sha256(ChunkColumn column) {
    return reading.digest() == Digest.SGLANG ? nothing(DataTypes.StringType) : named(column);
  }

  private Column fileSha256() {
    return reading.fileDigest() == FileDigest.NONE
        ? nothing(DataTypes.StringType)
        : named(ChunkColumn.FILE_SHA256);
  }

  private static Column named(ChunkColumn column) {
    return col(column.columnName());
  }

  private static Column nothing(DataType type) {
    return lit(null).cast(type);
  }
}
