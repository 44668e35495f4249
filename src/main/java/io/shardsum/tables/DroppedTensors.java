package io.shardsum.tables;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The rows of tensors of a scan that retention has dropped: a file says so in their place.
 *
 * <pre>OUT/tensors/scan_date=2026-11-23/scan_id=ID/_dropped</pre>
 *
 * <p>It is written before the first row goes, and stays. So a scan of which some rows are gone
 * never looks whole, and none that lost its rows otherwise looks as if they were dropped. Readers
 * of Parquet skip files of such a name.
 */
final class DroppedTensors {

  static final String MARKER = "_dropped";

  private static final String WORDS =
      "jobs/retention has deleted the rows of tensors of this scan\n";

  private DroppedTensors() {}

  /** Whether a scan's rows of tensors are dropped, or some of them are. */
  static boolean areIn(Path directory, FileSystem fileSystem) throws IOException {
    return fileSystem.exists(new Path(directory, MARKER));
  }

  /** Drops the rows; what an interrupted removal has left goes, too. */
  static void drop(Path directory, FileSystem fileSystem) throws IOException {
    try (OutputStream marker = fileSystem.create(new Path(directory, MARKER), true)) {
      marker.write(WORDS.getBytes(StandardCharsets.UTF_8));
    }
    for (FileStatus rows : fileSystem.listStatus(directory)) {
      if (!rows.getPath().getName().equals(MARKER)) {
        StoredScans.delete(rows.getPath(), fileSystem);
      }
    }
  }
}
