package io.shardsum.tables;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import io.shardsum.fleet.WeightSource;
import io.shardsum.io.FailureReason;
import io.shardsum.io.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.DataSource;
import org.apache.spark.sql.types.StructType;

/** The finished scans of a directory of tables, as the views of ad-hoc SQL show them. */
public final class EarlierScans {

  private static final String SOURCE = "source";
  private static final String FILES = WeightSource.FILES.name();

  private final SparkSession session;
  private final Path out;
  private final Set<String> leftOut;
  private final boolean any;

  /**
   * Makes the views, in a session of their own, if a scan was ever finished there. Lists the tables
   * and reads the rows of scans: this runs Spark jobs.
   */
  public static EarlierScans open(SparkSession session, String out) {
    return open(session, out, Set.of());
  }

  /**
   * The same, without some scans.
   *
   * @param leftOut the names of scans whose files are not read
   */
  public static EarlierScans open(SparkSession session, String out, Set<String> leftOut) {
    EarlierScans scans = new EarlierScans(session, out, leftOut);
    scans.makeViews();
    return scans;
  }

  private EarlierScans(SparkSession session, String out, Set<String> leftOut) {
    this.leftOut = Set.copyOf(leftOut);
    this.session = TablesSession.of(session);
    this.out = new Path(out);
    this.any = isAnyFinished() && (leftOut.isEmpty() || anyIsLeftIn());
  }

  private void makeViews() {
    if (any) {
      // There are few, and each statement reads them.
      Dataset<Row> files = found(ScanTable.SCANS);
      List<Row> landed = files.collectAsList();
      GatheredScans gathered = GatheredScans.of(landed);
      TablesSession.fit(session, landed.stream().mapToLong(EarlierScans::ranks).sum());
      for (ScanTable table : ScanTable.values()) {
        switch (table) {
          case SCANS ->
              view(table, gathered.counted(session.createDataFrame(landed, files.schema())));
          case TENSORS -> view(table, found(table));
          case ENGINES, RANKS, FINDINGS -> view(table, gathered.counted(found(table)));
        }
      }
      TableViews.verified().forEach(view -> TableViews.make(session, view));
    }
  }

  private void view(ScanTable table, Dataset<Row> rows) {
    Dataset<Row> found = table.completed(rows.where(ofScansThatCount()));
    if (ObjectStore.holds(out) && table != ScanTable.TENSORS && table != ScanTable.SCANS) {
      // Each statement would read all files again. What is kept is no other reader's.
      found = found.where(lit(UUID.randomUUID().toString()).isNotNull()).persist();
    }
    found.createOrReplaceTempView("landed_" + table.tableName());
  }

  private Column ofScansThatCount() {
    return not(col("scan_id").isInCollection(leftOut));
  }

  /** Whether a scan is among them. */
  public boolean has(String scanId) {
    return !leftOut.contains(scanId);
  }

  private static long ranks(Row scan) {
    return scan.<Number>getAs("ranks").longValue();
  }

  private boolean isAnyFinished() {
    Path scans = new Path(out, ScanTable.SCANS.tableName());
    try {
      FileSystem fileSystem = scans.getFileSystem(session.sparkContext().hadoopConfiguration());
      if (!fileSystem.exists(scans)) {
        return false;
      }
      for (FileStatus date : fileSystem.listStatus(scans)) {
        if (date.isDirectory() && fileSystem.listStatus(date.getPath()).length > 0) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read the tables in " + out + ": " + FailureReason.of(e), e);
    }
  }

  public boolean exist() {
    return any;
  }

  /** A scan's name is text, also where it looks like a number. */
  private Dataset<Row> found(ScanTable table) {
    StructType schema =
        table == ScanTable.TENSORS
            ? table.schema().add("scan_date", "string").add("scan_id", "string")
            : GatheredScans.withScan(table.schema(), "string");
    DataFrameReader reader =
        table == ScanTable.TENSORS ? read(session) : WholeFiles.reader(session);
    Dataset<Row> found = reader.schema(schema).parquet(path(table));
    if (found.inputFiles().length == 0) {
      throw new ReferenceException(
          "Cannot read %s: expected Parquet files, found none".formatted(path(table)));
    }
    return found.where(ofScansThatCount());
  }

  private boolean anyIsLeftIn() {
    Path scans = new Path(path(ScanTable.SCANS), ScanPartition.FILES);
    try {
      FileSystem fileSystem = scans.getFileSystem(session.sparkContext().hadoopConfiguration());
      return Arrays.stream(fileSystem.globStatus(scans))
          .flatMap(file -> ScanPartition.at(file.getPath()).stream())
          .anyMatch(scan -> has(scan.scanId()));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read the tables in " + out + ": " + FailureReason.of(e), e);
    }
  }

  private static DataFrameReader read(SparkSession session) {
    return session.read().option(DataSource.GLOB_PATHS_KEY(), "false");
  }

  /**
   * The rows of a table that come from one source, as they lie, for another session, which may have
   * another schema.
   */
  public Dataset<Row> landed(
      ScanTable table, WeightSource source, StructType schema, SparkSession other) {
    return table
        .completed(read(other).schema(schema).parquet(path(table)))
        .where(col(SOURCE).equalTo(source.name()));
  }

  private String path(ScanTable table) {
    return new Path(out, table.tableName()).toString();
  }

  /** The rows of a statement over the views; none, where no scan was finished. */
  public List<Row> rows(Query query) {
    return any ? run(query).collectAsList() : List.of();
  }

  /** A statement over the views. */
  Dataset<Row> run(Query query) {
    return query.in(session);
  }

  /** What the checksums of an engine's ranks did not see in one of the scans. */
  public List<Row> metadataRows(String scanId, String engine) {
    Dataset<Row> tensors =
        landed(ScanTable.TENSORS, WeightSource.FILES, view("tensors").schema(), session)
            .where(col("scan_id").equalTo(scanId).and(col("engine").equalTo(engine)));
    return Query.of("forms").with("tensors", tensors).in(session).collectAsList();
  }

  /**
   * Whether retention has dropped a scan's rows of tensors.
   *
   * @param row of the scan, in any view
   */
  public boolean haveDroppedTensors(Row row) {
    return haveDroppedTensors(row.<Object>getAs("scan_date").toString(), row.getAs("scan_id"));
  }

  /** Whether retention has dropped the rows of tensors of the scan of this date and name. */
  public boolean haveDroppedTensors(String scanDate, String scanId) {
    Path directory = new ScanPartition(scanDate, scanId).in(out, ScanTable.TENSORS);
    try {
      Configuration hadoopConf = session.sparkContext().hadoopConfiguration();
      return DroppedTensors.areIn(directory, directory.getFileSystem(hadoopConf));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read the tables in " + out + ": " + FailureReason.of(e), e);
    }
  }

  /** A view of finished scans. */
  public Dataset<Row> view(String name) {
    return session.table(name);
  }

  /** Those rows of a view of finished scans that are of files. */
  public Dataset<Row> ofFiles(String name) {
    return view(name).where(col(SOURCE).equalTo(FILES));
  }
}
