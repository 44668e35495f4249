package io.shardsum.scan;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.shardsum.fleet.Digest;
import io.shardsum.source.ChunkColumn;
import io.shardsum.source.FileListing;
import io.shardsum.source.OnError;
import io.shardsum.source.RowUnit;
import io.shardsum.source.SafetensorsSource;
import io.shardsum.source.TensorChecksum;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * One scan of a fleet: reads every shard once, and lands the tables. The stages are SQL; this class
 * gives them their inputs and puts their outputs in place, in order.
 */
public final class FleetScan {

  private static final String MOST_BYTES_OF_A_TASK = "spark.sql.files.maxPartitionBytes";
  private static final int TASKS_OF_A_CORE = 8;
  private static final long LARGEST_SPLIT_BYTES = 1L << 30;

  private static final DataType CHUNK_SUMS_TYPE =
      DataTypes.createArrayType(DataTypes.LongType, false);

  private final SparkSession session;
  private final List<PlannedFile> files;
  private final ScanRequest request;
  private final ScanTables tables;
  private final ScanProgress progress;

  /**
   * Prepares a scan.
   *
   * @param session its views and functions are not touched: the scan has a session of its own
   */
  public FleetScan(SparkSession session, ScanRequest request, ScanProgress progress) {
    this.files = PlannedFile.of(request.inventory());
    this.session =
        ScanSession.of(
            session,
            ScanSize.of(
                files.stream().map(PlannedFile::listed).toList(),
                session.sparkContext().hadoopConfiguration()));
    this.request = request;
    this.tables = ScanTables.of(request);
    this.progress = progress;
  }

  /**
   * Scans.
   *
   * @return what the tables say now
   * @throws java.io.UncheckedIOException if the tables cannot be written
   */
  public ScanSummary run() {
    tables.removeEarlier(session.sparkContext().hadoopConfiguration());
    viewInventory();
    ReadTimes readTimes = readWeights();
    try (BackgroundWrites writes = new BackgroundWrites()) {
      ScanSummary summary = landReduced(readTimes, writes);
      writes.await();
      tables.write(ScanTable.SCANS, rows(List.of(ScanRow.of(session, summary)), ScanRow.SCHEMA));
      return summary;
    }
  }

  private ReadTimes readWeights() {
    ReadListener listener = new ReadListener(progress);
    session.sparkContext().addSparkListener(listener);
    try {
      progress.readingBegins(filesBytes());
      landTensors();
      progress.readingEnds();
      return listener.times(Instant.now());
    } finally {
      session.sparkContext().removeSparkListener(listener);
    }
  }

  private ScanSummary landReduced(ReadTimes readTimes, BackgroundWrites writes) {
    List<Row> ranks = land(ScanTable.RANKS, SqlStage.RANKS, writes);
    List<Row> engines = land(ScanTable.ENGINES, SqlStage.ENGINES, writes);
    List<Row> findings = land(ScanTable.FINDINGS, SqlStage.FINDINGS, writes);
    return new ScanSummary(
        request,
        ranks.stream().map(RankResult::of).toList(),
        engines.stream().map(EngineResult::of).toList(),
        findings.stream().map(Finding::of).toList(),
        differences(findings),
        readTimes);
  }

  private void viewInventory() {
    view("expected_ranks", ScanViews.expectedRanks(request.inventory()), ScanViews.EXPECTED_RANKS);
    view(
        "expected_engines",
        ScanViews.expectedEngines(request.inventory()),
        ScanViews.EXPECTED_ENGINES);
    view("problems", ScanViews.problems(request.inventory()), ScanViews.PROBLEMS);
  }

  /** Reads the weights: the one stage that is as long as the fleet is large. */
  private void landTensors() {
    List<Row> fileRows = new ArrayList<>();
    Dataset<Row> chunks = chunks(List.of(), Digest.SGLANG, 0);
    for (Digest digest : Digest.values()) {
      List<PlannedFile> ofDigest =
          files.stream().filter(file -> file.owner().spec().digest() == digest).toList();
      if (!ofDigest.isEmpty()) {
        Dataset<Row> more = chunks(ofDigest, digest, fileRows.size());
        chunks = fileRows.isEmpty() ? more : chunks.union(more);
        fileRows.addAll(ScanViews.files(ofDigest, fileRows.size()));
      }
    }
    chunks.createOrReplaceTempView("chunks");
    view("files", fileRows, ScanViews.FILES);
    TensorChecksum.register(session);
    Dataset<Row> tensors = SqlStage.TENSORS.in(session);
    tables.write(ScanTable.TENSORS, tensors);
    tables
        .read(ScanTable.TENSORS, tensors.schema(), session)
        .createOrReplaceTempView(ScanTable.TENSORS.tableName());
  }

  private Dataset<Row> chunks(List<PlannedFile> ofDigest, Digest digest, int firstIndex) {
    FileListing listing = new FileListing(ofDigest.stream().map(PlannedFile::listed).toList());
    boolean sums = digest != Digest.SHA256;
    boolean sha256 = digest != Digest.SGLANG;
    return session
        .read()
        .format(SafetensorsSource.NAME)
        .option("listing", listing.toJson())
        .option("rows", RowUnit.PIECE.option())
        .option("split-bytes", Long.toString(splitBytes()))
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
    long usual = JavaUtils.byteStringAsBytes(session.conf().get(MOST_BYTES_OF_A_TASK));
    if (session.sparkContext().getConf().contains(MOST_BYTES_OF_A_TASK)) {
      return usual;
    }
    long even =
        filesBytes() / ((long) TASKS_OF_A_CORE * session.sparkContext().defaultParallelism());
    return Math.max(usual, Math.min(even, LARGEST_SPLIT_BYTES));
  }

  private long filesBytes() {
    return files.stream().mapToLong(file -> file.file().lengthBytes()).sum();
  }

  private static Column named(ChunkColumn column) {
    return col(column.columnName());
  }

  private static Column nothing(DataType type) {
    return lit(null).cast(type);
  }

  /** Runs a stage, lands its rows, and gives them to the stages that follow. */
  private List<Row> land(ScanTable table, SqlStage stage, BackgroundWrites writes) {
    Dataset<Row> stageRows = stage.in(session);
    List<Row> rows = stageRows.collectAsList();
    Dataset<Row> landed = view(table.tableName(), rows, stageRows.schema());
    writes.start(() -> tables.write(table, landed.coalesce(1)));
    return rows;
  }

  private List<Difference> differences(List<Row> findings) {
    boolean split = findings.stream().map(Finding::of).anyMatch(Finding::isSplit);
    return split
        ? SqlStage.DIFFERENCES.in(session).collectAsList().stream().map(Difference::of).toList()
        : List.of();
  }

  private Dataset<Row> view(String name, List<Row> rows, StructType schema) {
    Dataset<Row> view = rows(rows, schema);
    view.createOrReplaceTempView(name);
    return view;
  }

  private Dataset<Row> rows(List<Row> rows, StructType schema) {
    return session.createDataFrame(rows, schema);
  }
}
