package io.shardsum.tables;

import java.time.LocalDate;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/**
 * Where a scan is in every table: {@code scan_date=2026-11-23/scan_id=ID}.
 *
 * @param date the day on which the scan began, in UTC: {@code 2026-11-23}
 */
public record ScanPartition(String date, String scanId) {

  /** All Parquet files of a table, as a pattern of Hadoop's. */
  static final String FILES = "scan_date=*/scan_id=*/*.parquet";

  private static final String DATE = "scan_date=";
  private static final String SCAN = "scan_id=";
  private static final Pattern DAY = Pattern.compile(DATE + "\\d{4}-\\d{2}-\\d{2}");

  public static ScanPartition of(LocalDate date, String scanId) {
    return new ScanPartition(date.toString(), scanId);
  }

  /** That of a directory, or of a file right in it. */
  static Optional<ScanPartition> at(Path path) {
    for (Path scan = path; scan.getParent() != null; scan = scan.getParent()) {
      String name = scan.getName();
      if (name.startsWith(SCAN) && isDay(scan.getParent())) {
        String day = scan.getParent().getName();
        return Optional.of(
            new ScanPartition(day.substring(DATE.length()), name.substring(SCAN.length())));
      }
    }
    return Optional.empty();
  }

  /** The directory of a scan of this name in which a file lies, or below which. */
  static Optional<Path> directoryOf(Path file, ScanId scanId) {
    for (Path scan = file; scan.getParent() != null; scan = scan.getParent()) {
      if (isDay(scan.getParent())) {
        return Optional.of(scan).filter(ofAnyDay(scan.getParent(), scanId)::equals);
      }
    }
    return Optional.empty();
  }

  /** Whether a directory is that of a day's scans. */
  static boolean isDay(Path directory) {
    return DAY.matcher(directory.getName()).matches();
  }

  /** Whether it is a file of a table, by its path alone. */
  public static boolean isOf(ScanTable table, String file) {
    return file.contains("/" + table.tableName() + "/" + DATE);
  }

  /** Its directory in a table. */
  public Path in(Path out, ScanTable table) {
    return new Path(new Path(out, table.tableName()), toString());
  }

  /** The directory of a scan of this name, in that of any day. */
  static Path ofAnyDay(Path day, ScanId scanId) {
    return new Path(day, SCAN + scanId.text());
  }

  @Override
  public String toString() {
    return DATE + date + "/" + SCAN + scanId;
  }
}
