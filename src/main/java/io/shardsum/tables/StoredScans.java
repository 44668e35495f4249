package io.shardsum.tables;

import io.shardsum.tables.StoredScan.TensorRows;
import io.shardsum.text.ForeignText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
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
  private static final String DATE = "scan_date=";
  private static final Pattern DATE_DIRECTORY = Pattern.compile(DATE + "\\d{4}-\\d{2}-\\d{2}");
  private static final String SCAN = "scan_id=";
  private static final List<ScanTable> ORDER_OF_REMOVAL =
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

  /** What a finished scan has. */
  public StoredScan of(LocalDate date, String scanId) {
    String partition = DATE + date + "/" + SCAN + scanId;
    try {
      Size tensors = size(directory(ScanTable.TENSORS, partition));
      long others = 0;
      for (ScanTable table : ORDER_OF_REMOVAL) {
        if (table != ScanTable.TENSORS) {
          others += size(directory(table, partition)).bytes();
        }
      }
      return new StoredScan(partition, tensors.rows(), tensors.bytes(), others);
    } catch (IOException e) {
      throw cannot("read the tables in", out.toString(), e);
    }
  }

  /**
   * What scans have left that did not end. A scan that runs is not among it, if it has begun, or
   * has written anything, since then.
   */
  public List<Leftover> leftovers(Instant before) {
    try {
      List<Leftover> leftovers = new ArrayList<>();
      for (Map.Entry<String, List<Path>> unfinished : unfinished(before).entrySet()) {
        add(unfinished.getKey(), unfinished.getValue(), before, leftovers);
      }
      for (FileStatus directory : list(out)) {
        String name = directory.getPath().getName();
        if (directory.isDirectory() && name.startsWith(ScanTables.CANARIES)) {
          add(name, List.of(directory.getPath()), before, leftovers);
        }
      }
      return leftovers;
    } catch (IOException e) {
      throw cannot("read the tables in", out.toString(), e);
    }
  }

  private void add(String name, List<Path> directories, Instant before, List<Leftover> leftovers)
      throws IOException {
    Size size = Size.NONE;
    for (Path directory : directories) {
      size = size.plus(size(directory));
    }
    if (size.writtenAtMillis() < before.toEpochMilli()) {
      leftovers.add(new Leftover(name, directories, size.bytes()));
    }
  }

  /** By partition: its directories in all tables, where that in the table of scans has no file. */
  private Map<String, List<Path>> unfinished(Instant before) throws IOException {
    Map<String, List<Path>> directories = new TreeMap<>();
    String firstToday = DATE + LocalDate.ofInstant(before, ZoneOffset.UTC);
    for (ScanTable table : ORDER_OF_REMOVAL) {
      for (FileStatus date : list(new Path(out, table.tableName()))) {
        String name = date.getPath().getName();
        if (DATE_DIRECTORY.matcher(name).matches() && name.compareTo(firstToday) <= 0) {
          for (FileStatus scan : list(date.getPath())) {
            if (scan.isDirectory() && scan.getPath().getName().startsWith(SCAN)) {
              directories
                  .computeIfAbsent(name + "/" + scan.getPath().getName(), any -> new ArrayList<>())
                  .add(scan.getPath());
            }
          }
        }
      }
    }
    Map<String, List<Path>> unfinished = new TreeMap<>();
    for (Map.Entry<String, List<Path>> scan : directories.entrySet()) {
      if (!isFinished(scan.getKey())) {
        unfinished.put(scan.getKey(), scan.getValue());
      }
    }
    return unfinished;
  }

  private boolean isFinished(String partition) throws IOException {
    for (FileStatus file : list(directory(ScanTable.SCANS, partition))) {
      if (file.getPath().getName().endsWith(".parquet")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Drops a scan's rows of tensors.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  public void dropTensors(StoredScan scan) {
    try {
      DroppedTensors.drop(directory(ScanTable.TENSORS, scan.partition()), fileSystem);
    } catch (IOException e) {
      throw cannot("drop the tensors of " + shown(scan.partition()) + " in", out.toString(), e);
    }
  }

  /**
   * Drops all of a scan.
   *
   * @throws UncheckedIOException if the file system does not let it
   */
  public void drop(StoredScan scan) {
    dropTensors(scan);
    try {
      for (ScanTable table : ORDER_OF_REMOVAL) {
        delete(directory(table, scan.partition()));
      }
    } catch (IOException e) {
      throw cannot("drop " + shown(scan.partition()) + " in", out.toString(), e);
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
    if (DATE_DIRECTORY.matcher(parent.getName()).matches() && list(parent).isEmpty()) {
      fileSystem.delete(parent, false);
    }
  }

  /** Local file systems say by a false alone that they could not. */
  static void delete(Path path, FileSystem fileSystem) throws IOException {
    if (!fileSystem.delete(path, true) && fileSystem.exists(path)) {
      throw new IOException("cannot delete " + path);
    }
  }

  private Path directory(ScanTable table, String partition) {
    return new Path(new Path(out, table.tableName()), partition);
  }

  /** Empty where there is no such directory, or it is gone meanwhile. */
  private List<FileStatus> list(Path directory) throws IOException {
    try {
      return List.of(fileSystem.listStatus(directory));
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }

  private Size size(Path directory) throws IOException {
    List<FileStatus> entries = list(directory);
    if (entries.isEmpty()) {
      return emptySize(directory);
    }
    Size size = Size.NONE;
    for (FileStatus entry : entries) {
      if (entry.isDirectory()) {
        size = size.plus(size(entry.getPath()));
      } else if (entry.getPath().getName().equals(DroppedTensors.MARKER)) {
        size = size.plus(Size.MARKER);
      } else {
        size = size.plus(Size.ofFile(entry));
      }
    }
    return size;
  }

  private Size emptySize(Path directory) throws IOException {
    try {
      return Size.ofEmpty(fileSystem.getFileStatus(directory));
    } catch (FileNotFoundException e) {
      return Size.NONE;
    }
  }

  /**
   * Files below a directory, the one that says that rows are dropped apart.
   *
   * @param fileMillis when the youngest of them was written
   * @param emptyMillis when the youngest directory without any was
   */
  private record Size(int files, int markers, long bytes, long fileMillis, long emptyMillis) {

    private static final Size NONE = new Size(0, 0, 0, 0, 0);
    private static final Size MARKER = new Size(0, 1, 0, 0, 0);

    private static Size ofFile(FileStatus file) {
      return new Size(1, 0, file.getLen(), file.getModificationTime(), 0);
    }

    private static Size ofEmpty(FileStatus directory) {
      return new Size(0, 0, 0, 0, directory.getModificationTime());
    }

    private Size plus(Size other) {
      return new Size(
          files + other.files,
          markers + other.markers,
          bytes + other.bytes,
          Math.max(fileMillis, other.fileMillis),
          Math.max(emptyMillis, other.emptyMillis));
    }

    /** Removals touch directories, so these count only where a scan may be about to write. */
    private long writtenAtMillis() {
      return files + markers > 0 ? fileMillis : emptyMillis;
    }

    private TensorRows rows() {
      if (files == 0) {
        return TensorRows.DROPPED;
      }
      return markers == 0 ? TensorRows.WHOLE : TensorRows.PARTLY_DROPPED;
    }
  }

  private static String shown(String text) {
    return ForeignText.shown(text, MESSAGE_CODE_POINTS);
  }

  private static UncheckedIOException cannot(String verb, String where, IOException e) {
    return new UncheckedIOException(
        "Cannot %s %s".formatted(verb, shown(where + ": " + e.getMessage())), e);
  }
}
