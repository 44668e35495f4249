package io.shardsum.tables;

import io.shardsum.exit.UsageException;
import io.shardsum.io.FailureReason;
import io.shardsum.io.ObjectStore;
import io.shardsum.text.ForeignText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.DataSource;

/**
 * Where one scan lands.
 *
 * <pre>OUT/TABLE/scan_date=2026-11-23/scan_id=ID/*.parquet</pre>
 *
 * <p>A scan writes only below its own {@code scan_id} directories, also while it is being written,
 * so scans do not disturb each other. Its row in {@code scans} comes last and goes first: views
 * show a scan only where that row is.
 *
 * @param out the directory of all tables
 * @param date on which it began, in UTC
 * @param scanId the scan
 */
public record ScanTables(Path out, LocalDate date, ScanId scanId) {

  /** How the names of directories of canaries begin. */
  static final String CANARIES = "_canary-";

  /** How the names of files begin whose rows an earlier scan has computed. */
  private static final String REUSED = "reused";

  private static final int MESSAGE_CODE_POINTS = 1_000;

  /** The tables of a scan that began at that time, under the directory of all tables. */
  public static ScanTables of(String out, ScanId scanId, Instant startedAt) {
    return new ScanTables(new Path(out), ScanId.dateOf(startedAt), scanId);
  }

  String path(ScanTable table) {
    return ScanPartition.of(date, scanId.text()).in(out, table).toString();
  }

  /** Where canaries lie while the scan runs: of a name that readers of tables skip. */
  public Path canaries() {
    return new Path(out, CANARIES + scanId.text());
  }

  /**
   * Makes the tables' directories, and removes what an earlier scan with this id left, on any date,
   * its row in {@code scans} first.
   *
   * @throws UncheckedIOException if the directories cannot be made, or it cannot be removed
   */
  public void removeEarlier(Configuration hadoopConf) {
    removeEarlier(hadoopConf, Optional.empty());
  }

  /** The same, but for the rows of tensors that a scan of this id has landed on this date. */
  public void removeAllButTensors(Configuration hadoopConf) {
    removeEarlier(hadoopConf, Optional.of(new Path(path(ScanTable.TENSORS))));
  }

  private void removeEarlier(Configuration hadoopConf, Optional<Path> but) {
    try {
      FileSystem fileSystem = out.getFileSystem(hadoopConf);
      List<ScanTable> lastWrittenFirst =
          List.of(
              ScanTable.SCANS,
              ScanTable.FINDINGS,
              ScanTable.ENGINES,
              ScanTable.RANKS,
              ScanTable.TENSORS);
      Optional<Path> kept = but.map(fileSystem::makeQualified);
      for (ScanTable table : lastWrittenFirst) {
        for (Path scan : ofThisId(new Path(out, table.tableName()), fileSystem)) {
          if (!kept.equals(Optional.of(scan))) {
            fileSystem.delete(scan, true);
          }
        }
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    } catch (RuntimeException e) { // as Hadoop says that it has no connector
      throw cannotWrite(new IOException(e.getMessage(), e));
    }
  }

  /** The directories of scans of this id in a table, which is made where it is not there. */
  private Set<Path> ofThisId(Path table, FileSystem fileSystem) throws IOException {
    Set<Path> scans = new TreeSet<>();
    if (ObjectStore.holds(out)) { // a request for each 1,000 files
      try {
        RemoteIterator<LocatedFileStatus> files = fileSystem.listFiles(table, true);
        while (files.hasNext()) {
          ScanPartition.directoryOf(files.next().getPath(), scanId).ifPresent(scans::add);
        }
      } catch (FileNotFoundException e) {
        return Set.of();
      }
      return scans;
    }
    if (!fileSystem.mkdirs(table)) {
      throw new IOException("cannot make the directory " + table);
    }
    for (FileStatus day : fileSystem.listStatus(table)) {
      scans.add(ScanPartition.ofAnyDay(day.getPath(), scanId));
    }
    return scans;
  }

  /**
   * Writes the rows of a table, which are few.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  public void write(ScanTable table, Dataset<Row> rows) {
    writeFew(new Path(path(table)), rows);
  }

  /** Writes a few rows into a directory. */
  void writeFew(Path directory, Dataset<Row> rows) {
    try {
      DriverFile.write(directory, rows);
    } catch (Exception | FSError e) { // as Spark does that has read what is written
      throw failure(e);
    }
  }

  /** Writes rows into a directory that is not there yet. */
  void write(Path directory, Dataset<Row> rows) {
    write(directory.toString(), rows, SaveMode.ErrorIfExists);
  }

  /**
   * Writes more rows of a table.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  public void append(ScanTable table, Dataset<Row> rows) {
    write(path(table), rows, SaveMode.Append);
  }

  /**
   * Writes rows of the table of tensors that an earlier scan has computed.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  public void appendReused(Dataset<Row> rows) {
    write(
        path(ScanTable.TENSORS),
        rows.write().option("mapreduce.output.basename", REUSED),
        SaveMode.Append);
  }

  /**
   * Removes those rows.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  public void removeReused(Configuration hadoopConf) {
    Path directory = new Path(path(ScanTable.TENSORS));
    try {
      FileSystem fileSystem = directory.getFileSystem(hadoopConf);
      if (fileSystem.exists(directory)) {
        for (FileStatus file : fileSystem.listStatus(directory)) {
          if (file.getPath().getName().startsWith(REUSED)) {
            StoredScans.delete(file.getPath(), fileSystem);
          }
        }
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private void write(String directory, Dataset<Row> rows, SaveMode mode) {
    write(directory, rows.write(), mode);
  }

  private void write(String directory, DataFrameWriter<Row> rows, SaveMode mode) {
    try {
      rows.mode(mode)
          .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
          .parquet(directory);
    } catch (Exception | FSError e) { // Spark throws checked exceptions, too, and declares none
      throw failure(e);
    }
  }

  private RuntimeException failure(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException ioException) {
        return cannotWrite(ioException);
      }
    }
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException failure ? failure : new IllegalStateException(e);
  }

  /** As {@link #cannotWrite(IOException)}, of what Hadoop throws where a local disk is full. */
  public UncheckedIOException cannotWrite(FSError e) {
    return cannotWrite(e.getCause() instanceof IOException cause ? cause : new IOException(e));
  }

  /** What is said where anything cannot be written, in one line. */
  public UncheckedIOException cannotWrite(IOException e) {
    return cannot("write to", e);
  }

  /** What is said where there is a file in the way of the tables' directory. */
  UsageException notADirectory(IOException e) {
    return new UsageException(
        ForeignText.shown(
            "Cannot write to %s: expected a directory, found a file".formatted(out),
            MESSAGE_CODE_POINTS),
        e);
  }

  /** What is said where the scan's own rows cannot be read. */
  UncheckedIOException cannotRead(IOException e) {
    return cannot("read", e);
  }

  private UncheckedIOException cannot(String verb, IOException e) {
    String why = ForeignText.shown(out + ": " + FailureReason.of(e), MESSAGE_CODE_POINTS);
    return new UncheckedIOException("Cannot %s %s".formatted(verb, why), e);
  }

  /**
   * Reads the rows of a table that this scan has written so far.
   *
   * @param session in which they are read
   */
  public Dataset<Row> read(ScanTable table, SparkSession session) {
    return read(table, List.of(path(table)), session);
  }

  /** The rows of the table of tensors that some files have. */
  Dataset<Row> read(List<String> files, SparkSession session) {
    return read(ScanTable.TENSORS, files, session);
  }

  private static Dataset<Row> read(ScanTable table, List<String> paths, SparkSession session) {
    return WholeFiles.with(session.read())
        .schema(table.schema())
        .option(DataSource.GLOB_PATHS_KEY(), "false")
        .parquet(paths.toArray(String[]::new));
  }
}
