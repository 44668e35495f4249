package io.shardsum.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import io.shardsum.io.FailureReason;
import io.shardsum.io.ObjectStore;
import io.shardsum.tables.GatheredScans;
import io.shardsum.tables.ScanTable;
import io.shardsum.tables.WholeFiles;
import io.shardsum.text.ForeignText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The scans whose row in {@code scans} is there, at one moment. That row is written last and
 * removed first: as long as it is there, and in the same file, the scan is as it was.
 */
final class FinishedScans {

  private static final StructType COLUMNS =
      ScanTable.SCANS.schema(
          "schema_version",
          "fleet",
          "started_at",
          "finished_at",
          "digest",
          "engines",
          "ranks",
          "tensors",
          "bytes",
          "verdict",
          "settings");

  private static final int MESSAGE_CODE_POINTS = 1_000;

  private final SparkSession session;
  private final Path out;
  private final GatheredScans gathered;
  private final List<Row> rows;

  private FinishedScans(SparkSession session, Path out, List<Row> landed) {
    this.session = session;
    this.out = out;
    this.gathered = GatheredScans.of(landed);
    this.rows =
        landed.isEmpty()
            ? List.of()
            : gathered
                .counted(session.createDataFrame(landed, landed.get(0).schema()))
                .collectAsList();
  }

  /**
   * Looks which scans there are.
   *
   * @param session ignores missing files
   * @param unread scans that are read no more
   * @throws HistoryException if there is none
   */
  static FinishedScans in(SparkSession session, String out, UnreadScans unread) {
    Path directory = new Path(out);
    FinishedScans finished =
        new FinishedScans(session, directory, landed(session, directory, unread));
    if (finished.rows.isEmpty()) {
      throw new HistoryException(
          "No finished scan in %s: expected tables that jobs/fleet-scan has written"
              .formatted(ForeignText.shown(out, MESSAGE_CODE_POINTS)));
    }
    return finished;
  }

  /** The table as it lies. */
  private static List<Row> landed(SparkSession session, Path out, UnreadScans unread) {
    Path scans = new Path(out, ScanTable.SCANS.tableName());
    try {
      FileSystem fileSystem = scans.getFileSystem(session.sparkContext().hadoopConfiguration());
      if (!fileSystem.exists(scans)) {
        return List.of();
      }
    } catch (IOException e) {
      throw cannotRead(out, e);
    }
    Set<String> broken = unread.ofTheirOwnRow();
    return read(session, scans)
        .where(not(col("scan_id").isInCollection(broken)))
        .selectExpr("*", "_metadata.file_path AS file")
        .where("fleet IS NOT NULL AND started_at IS NOT NULL")
        .collectAsList();
  }

  private static Dataset<Row> read(SparkSession session, Path directory) {
    return WholeFiles.reader(session)
        .schema(GatheredScans.withScan(COLUMNS, "date"))
        .parquet(directory.toString());
  }

  /**
   * All of them, in no order.
   *
   * @throws HistoryException if a newer Shardsum wrote one of these fleets
   */
  List<PastScan> all() {
    return rows.stream().map(PastScan::of).toList();
  }

  /** Which of them are gathered. */
  GatheredScans gathered() {
    return gathered;
  }

  /** What each scan was set to, as JSON, by its name. */
  Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    rows.forEach(row -> settings.put(row.getAs("scan_id"), row.getAs("settings")));
    return settings;
  }

  /**
   * Refuses what a newer version has written.
   *
   * @throws HistoryException if it has written one of these scans
   */
  void requireKnownSchema(List<PastScan> scans) {
    Map<String, Integer> versions = new HashMap<>();
    rows.forEach(row -> versions.put(row.getAs("scan_id"), row.getAs("schema_version")));
    for (PastScan scan : scans) {
      int version = versions.get(scan.scanId());
      if (version > ScanTable.SCHEMA_VERSION) {
        throw new HistoryException(
            "Cannot read scan %s in %s: expected schema version %s at most, found %s: a newer Shardsum has written it"
                .formatted(
                    scan.scanId(),
                    ForeignText.shown(out.toString(), MESSAGE_CODE_POINTS),
                    Integer.toString(ScanTable.SCHEMA_VERSION),
                    Integer.toString(version)));
      }
    }
  }

  /** Whether these scans are still there, none of them replaced: in the same files. */
  boolean stillHave(List<PastScan> scans) {
    Map<String, String> files = new HashMap<>();
    rows.forEach(row -> files.put(row.getAs("scan_id"), row.getAs("file")));
    Set<Path> needed =
        scans.stream()
            .map(scan -> new Path(URI.create(files.get(scan.scanId()))))
            .collect(Collectors.toSet());
    try {
      return areThere(needed);
    } catch (IOException e) {
      throw cannotRead(out, e);
    }
  }

  private boolean areThere(Set<Path> files) throws IOException {
    FileSystem fileSystem = out.getFileSystem(session.sparkContext().hadoopConfiguration());
    if (!ObjectStore.holds(out)) {
      for (Path file : files) {
        if (!fileSystem.exists(file)) {
          return false;
        }
      }
      return true;
    }
    Set<Path> missing = new HashSet<>(files);
    RemoteIterator<LocatedFileStatus> found = // a request for each 1,000 files
        fileSystem.listFiles(new Path(out, ScanTable.SCANS.tableName()), true);
    while (found.hasNext()) {
      missing.remove(found.next().getPath());
    }
    return missing.isEmpty();
  }

  private static UncheckedIOException cannotRead(Path out, IOException e) {
    String why = ForeignText.shown(out + ": " + FailureReason.of(e), MESSAGE_CODE_POINTS);
    return new UncheckedIOException("Cannot read the tables in " + why, e);
  }
}
