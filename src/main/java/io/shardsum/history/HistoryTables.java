package io.shardsum.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.shardsum.fleet.WeightSource;
import io.shardsum.io.FailureReason;
import io.shardsum.tables.GatheredScans;
import io.shardsum.tables.Query;
import io.shardsum.tables.ScanPartition;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.TableViews;
import io.shardsum.tables.WholeFiles;
import io.shardsum.text.ForeignText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.DataSource;
import org.apache.spark.sql.types.StructType;

/**
 * The tables of chosen scans as views of a session: what the SQL files of history read. Columns
 * that an older Shardsum did not write are null.
 */
final class HistoryTables implements AutoCloseable {

  private static final StructType ENGINES =
      ScanTable.ENGINES.schema(
          "engine",
          "source",
          "model",
          "revision",
          "comparison_group",
          "expected_ranks",
          "hashed_ranks",
          "status",
          "checksum",
          "bytes",
          "hashing",
          "digest",
          "host",
          "read_bytes",
          "hashed_at");
  private static final StructType RANKS =
      ScanTable.RANKS.schema(
          "engine",
          "source",
          "rank",
          "tp_size",
          "pp_size",
          "status",
          "checksum",
          "tensors",
          "bytes",
          "different_tensors",
          "different_bytes",
          "read_bytes");
  private static final StructType TENSORS =
      ScanTable.TENSORS.schema(
          "engine",
          "source",
          "rank",
          "key",
          "dtype",
          "shape",
          "bytes",
          "status",
          "checksum",
          "sha256");

  /** Rows of one's own travel within tasks, which Spark wants to be small. */
  private static final int ROWS_OF_A_TASK = 5_000;

  private static final int MESSAGE_CODE_POINTS = 1_000;
  private static final String SOURCE = "source";
  private static final String FILES = WeightSource.FILES.name();

  private final SparkSession session;
  private final Path out;
  private final List<NumberedScans> fleets;
  private final GatheredScans gathered;
  private final Dataset<Row> scans;
  private final List<Dataset<Row>> kept = new ArrayList<>();

  /**
   * Makes the views of these scans, those of tensors apart. Lists the tables, which may run a Spark
   * job.
   */
  static HistoryTables open(
      SparkSession session, String out, List<NumberedScans> fleets, GatheredScans gathered) {
    HistoryTables tables = new HistoryTables(session, out, fleets, gathered);
    tables.makeViews();
    return tables;
  }

  private HistoryTables(
      SparkSession session, String out, List<NumberedScans> fleets, GatheredScans gathered) {
    this.gathered = gathered;
    this.session = session;
    this.out = new Path(out);
    this.fleets = fleets;
    List<Row> rows = fleets.stream().flatMap(fleet -> fleet.rows().stream()).toList();
    this.scans = session.createDataFrame(rows, NumberedScans.COLUMNS);
  }

  private void makeViews() {
    scans
        .withColumn(GatheredScans.LANDED_IN, col("scan_id"))
        .createOrReplaceTempView(landed(ScanTable.SCANS));
    view(ScanTable.ENGINES, ENGINES, "engine");
    view(ScanTable.RANKS, RANKS, "rank");
    view(ScanTable.FINDINGS, ScanTable.FINDINGS.schema(), "kind");
    TableViews.make(session, "rank_states");
  }

  /**
   * Refuses what would read as if engines or findings had gone.
   *
   * @throws UnreadScanException if a scan has fewer rows than its own row says
   */
  void requireRows() {
    Map<String, Long> ranks = rows(ScanTable.RANKS, col(SOURCE).equalTo(FILES));
    Map<String, Long> engines = rows(ScanTable.ENGINES, col(SOURCE).equalTo(FILES));
    Map<String, Long> findings = rows(ScanTable.FINDINGS, lit(true));
    for (NumberedScans fleet : fleets) {
      for (PastScan scan : fleet.scans()) {
        require(scan, ScanTable.RANKS, scan.ranks(), ranks);
        require(scan, ScanTable.ENGINES, scan.engines(), engines);
        require(scan, ScanTable.FINDINGS, scan.foundNothing() ? 0 : 1, findings);
      }
    }
  }

  private Map<String, Long> rows(ScanTable table, Column condition) {
    Map<String, Long> found = new HashMap<>();
    session
        .table(table.tableName())
        .where(condition)
        .groupBy("scan_id")
        .count()
        .collectAsList()
        .forEach(row -> found.put(row.getString(0), row.getLong(1)));
    return found;
  }

  private void require(PastScan scan, ScanTable table, long expected, Map<String, Long> rows) {
    long found = rows.getOrDefault(scan.scanId(), 0L);
    if (found < expected) {
      throw new UnreadScanException(
          scan.scanId(),
          "Cannot read scan %s in %s: expected %s rows of %s, found %s"
              .formatted(
                  scan.scanId(),
                  ForeignText.shown(out.toString(), MESSAGE_CODE_POINTS),
                  Long.toString(expected),
                  table.tableName(),
                  Long.toString(found)));
    }
  }

  private static String landed(ScanTable table) {
    return "landed_" + table.tableName();
  }

  /** Rows of another program's file have nothing in a column that ours always fill. */
  private void view(ScanTable table, StructType columns, String always) {
    Dataset<Row> rows =
        table.completed(
            gathered
                .countedOf(
                    scanIds(),
                    WholeFiles.reader(session)
                        .schema(GatheredScans.withScan(columns, "date"))
                        .parquet(directory(table).toString()))
                .where(col(always).isNotNull()));
    kept.add(rows.persist());
    rows.createOrReplaceTempView(landed(table));
    TableViews.make(session, table.tableName());
  }

  private Set<String> scanIds() {
    Set<String> ids = new TreeSet<>();
    fleets.forEach(fleet -> fleet.scans().forEach(scan -> ids.add(scan.scanId())));
    return ids;
  }

  private Path directory(ScanTable table) {
    return new Path(out, table.tableName());
  }

  /** The steps of ranks, computed once. */
  Dataset<Row> rankSteps() {
    return once(ofScans("history/rank_steps"));
  }

  /** The steps of engines, computed once. */
  Dataset<Row> engineSteps(Dataset<Row> rankSteps) {
    return once(ofScans("history/engine_steps").with("rank_steps", rankSteps));
  }

  /** What engines held over time, as the view of that name has it. */
  Dataset<Row> engineVersions() {
    scans
        .selectExpr(
            "fleet",
            "scan_date",
            "scan_id",
            "started_at",
            "digest",
            "CASE WHEN is_whole THEN 'fleet' ELSE 'chosen' END AS scope",
            "false AS in_future")
        .createOrReplaceTempView(ScanTable.SCANS.tableName());
    TableViews.make(session, "engine_versions");
    return session.table("engine_versions");
  }

  /** A statement over these scans. */
  Query ofScans(String statement) {
    return Query.of(statement).with("history_scans", scans);
  }

  /**
   * Runs a statement once for those that follow. Its plan ends here: Spark does not find a
   * persisted one again that has a WITH, within a statement that has one, too.
   */
  Dataset<Row> once(Query query) {
    return run(query).localCheckpoint();
  }

  /** A statement over the views. */
  Dataset<Row> run(Query query) {
    return query.in(session);
  }

  /** Rows that no table has, as an input of statements. */
  Dataset<Row> input(List<Row> rows, StructType columns) {
    int tasks = rows.size() / ROWS_OF_A_TASK + 1;
    return session.createDataFrame(
        JavaSparkContext.fromSparkContext(session.sparkContext()).parallelize(rows, tasks),
        columns);
  }

  /**
   * Makes the view {@code tensors} of some scans only, and some engines only.
   *
   * @return whether there is any row to read
   */
  boolean viewTensors(Set<PastScan> scans, Set<String> engines) {
    List<String> partitions = existing(scans);
    if (partitions.isEmpty()) {
      return false;
    }
    ScanTable.TENSORS
        .completed(
            session
                .read()
                .schema(TENSORS.add("scan_date", "date").add("scan_id", "string"))
                .option(DataSource.GLOB_PATHS_KEY(), "false")
                .option("basePath", directory(ScanTable.TENSORS).toString())
                .parquet(partitions.toArray(String[]::new))
                .where(col("engine").isInCollection(engines)))
        .createOrReplaceTempView(landed(ScanTable.TENSORS));
    TableViews.make(session, ScanTable.TENSORS.tableName());
    return true;
  }

  private List<String> existing(Set<PastScan> scans) {
    List<String> partitions = new ArrayList<>();
    try {
      FileSystem fileSystem = out.getFileSystem(session.sparkContext().hadoopConfiguration());
      for (PastScan scan : scans) {
        Path partition = ScanPartition.of(scan.date(), scan.scanId()).in(out, ScanTable.TENSORS);
        if (fileSystem.exists(partition)) {
          partitions.add(partition.toString());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read the tables in " + out + ": " + FailureReason.of(e), e);
    }
    return partitions;
  }

  @Override
  public void close() {
    kept.forEach(Dataset::unpersist);
  }
}
