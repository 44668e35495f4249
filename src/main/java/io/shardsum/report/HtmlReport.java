package io.shardsum.report;

import io.shardsum.history.FleetHistory;
import io.shardsum.history.LeftOutScan;
import io.shardsum.io.FailureReason;
import io.shardsum.tables.FinishedScan;
import io.shardsum.tables.ScanId;
import io.shardsum.text.ForeignText;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** A scan's report as one HTML file, which needs no other and no network. */
public final class HtmlReport {

  private static final int MESSAGE_CODE_POINTS = 1_000;

  private final String html;

  private HtmlReport(String html) {
    this.html = html;
  }

  /**
   * Makes the report of the newest scan of a range.
   *
   * @param out the directory of the tables
   * @param history of the range: the page has the newest scans of it
   */
  public static HtmlReport of(SparkSession session, String out, FleetHistory history) {
    ScanId newest = new ScanId(history.last().scanId());
    Set<String> leftOut =
        history.leftOut().stream().map(LeftOutScan::scanId).collect(Collectors.toSet());
    FinishedScan scan = FinishedScan.open(session, out, Optional.of(newest), leftOut).withTensors();
    return new HtmlReport(ReportPage.of(new ReportReader(scan, history).read()));
  }

  /** The page. */
  public String html() {
    return html;
  }

  /**
   * Writes the page, over a file that is there.
   *
   * @param file of any Hadoop file system
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(String file, Configuration hadoopConf) {
    try {
      Path path = new Path(file);
      try (OutputStream output = plain(path.getFileSystem(hadoopConf)).create(path, true)) {
        output.write(html.getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw cannotWrite(file, e);
    } catch (FSError e) { // as Hadoop says that a local disk is full
      throw cannotWrite(file, new IOException(e.getCause().getMessage(), e));
    }
  }

  private static UncheckedIOException cannotWrite(String file, IOException e) {
    String why = ForeignText.shown(file + ": " + FailureReason.of(e), MESSAGE_CODE_POINTS);
    return new UncheckedIOException("Cannot write the report to " + why, e);
  }

  /** Without a file of sums beside each local file. */
  private static FileSystem plain(FileSystem fileSystem) {
    return fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
  }
}
