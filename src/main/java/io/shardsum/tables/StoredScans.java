package io.shardsum.tables;

import io.shardsum.io.FailureReason;
import io.shardsum.text.ForeignText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The directories of scans, and how they go. Rows of tensors go first, behind a file that says so;
 * then, if all of the scan goes, its row in {@code scans}, and with it the scan; then what nobody
 * sees any more: findings, engines and ranks. Whatever interrupts that, no reader takes a part for
 * the whole, and what is left is either dropped in part or a {@link Leftover}: the next run ends
 * it.
 */
public final class StoredScans {

  private static final int MESSAGE_CODE_POINTS = 1_000;
  static final List<ScanTable> ORDER_OF_REMOVAL =
      List.of(
          ScanTable.SCANS,
          ScanTable.FINDINGS,
          ScanTable.ENGINES,
          ScanTable.RANKS,
          ScanTable.TENSORS);

  private final Path out;
  private final FileSystem fileSystem;

  /**
   * Those of the tables in a directory.
   *
   * @param out any Hadoop file system
   * @throws UncheckedIOException if it cannot be reached
   */
  public StoredScans(String out, Configuration hadoopConf) {
    this.out = new Path(out);
    try {
      this.fileSystem = this.out.getFileSystem(hadoopConf);
    } catch (IOException e) {
      throw cannot("read the tables in", out, e);
    }
  }

  /** Whether there is a table of scans. */
  boolean haveTables() {
    try {
      return !list(new Path(out, ScanTable.SCANS.tableName()), fileSystem).isEmpty();
    } catch (IOException e) {
      throw cannot("read the tables in", out.toString(), e);
    }
  }

  /** Whether there is a gathering, or what a killed one has left. */
  boolean haveGatherings() {
    try {
      for (FileStatus day : list(new Path(out, ScanTable.SCANS.tableName()), fileSystem)) {
        if (day.getPath().getName().endsWith("-01")) { // the days of gatherings
          for (FileStatus scan : list(day.getPath(), fileSystem)) {
            if (GatheredScans.isGathering(scan.getPath().getName().replaceFirst("^scan_id=", ""))) {
              return true;
            }
          }
        }
      }
      return false;
    } catch (IOException e) {
      throw cannot("read the tables in", out.toString(), e);
    }
  }

  /**
   * What finished scans have now.
   *
   * @param gathered which scans are gathered
   */
  public StoredSizes sizes(GatheredScans gathered) {
    try {
      return new StoredSizes(out, fileSystem, gathered);
    } catch (IOException e) {
      throw cannot("read the tables in", out.toString(), e);
    }
  }

  /**
   * What scans have left that did not end. A scan that runs is not among it, if it has begun, or
   * has written anything, since then.
   *
   * @param gathered which scans are gathered: these have ended
   */
  public List<Leftover> leftovers(Instant before, GatheredScans gathered) {
    try {
      return new Leftovers(out, fileSystem).of(before, gathered);
    } catch (IOException e) {
      throw cannot("read the tables in", out.toString(), e);
    }
  }

  /**
   * Drops a scan's rows of tensors.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  public void dropTensors(StoredScan scan) {
    try {
      DroppedTensors.drop(scan.partition().in(out, ScanTable.TENSORS), fileSystem);
    } catch (IOException e) {
      throw cannot(
          "drop the tensors of " + shown(scan.partition().toString()) + " in", out.toString(), e);
    }
  }

  /**
   * Drops all of a scan, whose tensors are dropped already and which no gathering has any more.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  public void drop(StoredScan scan) {
    remove(scan.partition(), ORDER_OF_REMOVAL);
  }

  /**
   * Removes what counts no more since a gathering has it: the row in {@code scans} last, so that a
   * removal that is interrupted goes on the next time.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  void removeReplaced(ScanPartition partition) {
    List<ScanTable> gathered = new ArrayList<>(ORDER_OF_REMOVAL);
    gathered.remove(ScanTable.TENSORS);
    Collections.reverse(gathered);
    remove(partition, gathered);
  }

  /**
   * Removes a gathering that counts.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  void removeGathering(ScanPartition partition) {
    remove(partition, ORDER_OF_REMOVAL);
  }

  private void remove(ScanPartition partition, List<ScanTable> tables) {
    try {
      for (ScanTable table : tables) {
        delete(partition.in(out, table));
      }
    } catch (IOException e) {
      throw cannot("drop " + shown(partition.toString()) + " in", out.toString(), e);
    }
  }

  /**
   * Drops what is left of a scan that did not end.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  public void drop(Leftover leftover) {
    try {
      for (Path directory : leftover.directories()) {
        delete(directory);
      }
    } catch (IOException e) {
      throw cannot("drop " + shown(leftover.name()) + " in", out.toString(), e);
    }
  }

  /** With the day's directory, if that is empty then. */
  private void delete(Path directory) throws IOException {
    delete(directory, fileSystem);
    Path parent = directory.getParent();
    if (ScanPartition.isDay(parent) && list(parent, fileSystem).isEmpty()) {
      fileSystem.delete(parent, false);
    }
  }

  /** Local file systems say by a false alone that they could not. */
  static void delete(Path path, FileSystem fileSystem) throws IOException {
    if (!fileSystem.delete(path, true) && fileSystem.exists(path)) {
      throw new IOException("cannot delete " + path);
    }
  }

  /** Empty where there is no such directory, or it is gone meanwhile. */
  static List<FileStatus> list(Path directory, FileSystem fileSystem) throws IOException {
    try {
      return List.of(fileSystem.listStatus(directory));
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }

  private static String shown(String text) {
    return ForeignText.shown(text, MESSAGE_CODE_POINTS);
  }

  private static UncheckedIOException cannot(String verb, String where, IOException e) {
    return new UncheckedIOException(
        "Cannot %s %s".formatted(verb, shown(where + ": " + FailureReason.of(e))), e);
  }
}
