package io.shardsum.scan.files;

import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import io.shardsum.fleet.Digest;
import io.shardsum.scan.plan.PlannedFile;
import io.shardsum.scan.plan.ScanRequest;
import io.shardsum.source.ChunkColumn;
import io.shardsum.source.ChunkSum;
import io.shardsum.source.FileListing;
import io.shardsum.source.OnError;
import io.shardsum.source.RowUnit;
import io.shardsum.source.SafetensorsSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
 * @param unit what a row stands for; sums of {@link RowUnit#CHUNK} are those of the function {@code
 *     chunk_sum}, all others the reader's
 * @param digest what to compute
 * @param splitBytes most bytes of files in a task
 * @param request says how many of the function's sums are held against the reader's
 */
record ChunkQuery(RowUnit unit, Digest digest, long splitBytes, ScanRequest request) {

  private static final DataType SUMS = DataTypes.createArrayType(DataTypes.LongType, false);

  /**
   * The rows of some files; what is wrong with canaries among them is found later.
   *
   * @param firstIndex {@code file_index} of the first of them
   */
  Dataset<Row> over(List<PlannedFile> files, int firstIndex, SparkSession session) {
    Dataset<Row> read =
        session
            .read()
            .format(SafetensorsSource.NAME)
            .option(
                "listing",
                new FileListing(files.stream().map(PlannedFile::scanned).toList()).toJson())
            .option("rows", unit.option())
            .option("split-bytes", Long.toString(splitBytes))
            .options(sample())
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
                named(ChunkColumn.HOST).as("host"),
                named(ChunkColumn.EXECUTOR).as("executor"),
                named(ChunkColumn.GPU).as("gpu"),
                named(ChunkColumn.FILE),
                cpuSum().as("cpu_sum"));
    return verifies() ? SumComparison.compared(read, not(canary(files, firstIndex))) : read;
  }

  private static Column canary(List<PlannedFile> files, int firstIndex) {
    Object[] indexes =
        IntStream.range(0, files.size())
            .filter(index -> files.get(index).isCanary())
            .mapToObj(index -> firstIndex + index)
            .toArray();
    return col("file_index").isin(indexes);
  }

  private boolean verifies() {
    return sumsByFunction() && request.verifyOneIn().isPresent();
  }

  /** Another scan takes another sample. */
  private Map<String, String> sample() {
    return verifies()
        ? Map.of(
            "sample-one-in", Integer.toString(request.verifyOneIn().getAsInt()),
            "sample-seed", request.scanId().text())
        : Map.of();
  }

  private Column cpuSum() {
    return verifies() ? named(ChunkColumn.CPU_SUM) : nothing(DataTypes.LongType);
  }

  private boolean sumsByFunction() {
    return unit == RowUnit.CHUNK && digest != Digest.SHA256;
  }

  private Column sum() {
    if (digest == Digest.SHA256) {
      return nothing(DataTypes.LongType);
    }
    return sumsByFunction()
        ? call_function(
            ChunkSum.NAME,
            named(ChunkColumn.DATA_AS_STRING).cast(DataTypes.BinaryType),
            named(ChunkColumn.FIRST_WORD),
            named(ChunkColumn.TENSOR_BYTES))
        : named(ChunkColumn.CHUNK_SUM);
  }

  private Column sums() {
    return digest == Digest.SHA256 || sumsByFunction()
        ? nothing(SUMS)
        : named(ChunkColumn.CHUNK_SUMS);
  }

  /** Weights are dequantized by the reader, also where a function sums the stored bytes. */
  private Column fp8Sum() {
    return digest == Digest.SHA256 ? nothing(DataTypes.LongType) : named(ChunkColumn.FP8_SUM);
  }

  private Column sha256(ChunkColumn column) {
    return digest == Digest.SGLANG ? nothing(DataTypes.StringType) : named(column);
  }

  private static Column named(ChunkColumn column) {
    return col(column.columnName());
  }

  private static Column nothing(DataType type) {
    return lit(null).cast(type);
  }
}
