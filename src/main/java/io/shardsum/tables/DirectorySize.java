package io.shardsum.tables;

import io.shardsum.tables.StoredScan.TensorRows;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Files below a directory, the one that says that rows are dropped apart.
 *
 * @param fileMillis when the youngest of them was written
 * @param emptyMillis when the youngest directory without any was
 */
record DirectorySize(int files, int markers, long bytes, long fileMillis, long emptyMillis) {

  static final DirectorySize NONE = new DirectorySize(0, 0, 0, 0, 0);
  private static final DirectorySize MARKER = new DirectorySize(0, 1, 0, 0, 0);

  /** Those of all directories below it, too; none where it does not exist. */
  static DirectorySize of(Path directory, FileSystem fileSystem) throws IOException {
    List<FileStatus> entries = StoredScans.list(directory, fileSystem);
    if (entries.isEmpty()) {
      return ofEmptyDirectory(directory, fileSystem);
    }
    DirectorySize size = NONE;
    for (FileStatus entry : entries) {
      size = size.plus(entry.isDirectory() ? of(entry.getPath(), fileSystem) : ofFile(entry));
    }
    return size;
  }

  private static DirectorySize ofEmptyDirectory(Path directory, FileSystem fileSystem)
      throws IOException {
    try {
      return ofEmpty(fileSystem.getFileStatus(directory));
    } catch (FileNotFoundException e) {
      return NONE;
    }
  }

  /** That of one file. */
  static DirectorySize ofFile(FileStatus file) {
    if (file.getPath().getName().equals(DroppedTensors.MARKER)) {
      return MARKER;
    }
    return new DirectorySize(1, 0, file.getLen(), file.getModificationTime(), 0);
  }

  private static DirectorySize ofEmpty(FileStatus directory) {
    return new DirectorySize(0, 0, 0, 0, directory.getModificationTime());
  }

  DirectorySize plus(DirectorySize other) {
    return new DirectorySize(
        files + other.files,
        markers + other.markers,
        bytes + other.bytes,
        Math.max(fileMillis, other.fileMillis),
        Math.max(emptyMillis, other.emptyMillis));
  }

  /** Removals touch directories, so these count only where a scan may be about to write. */
  long writtenAtMillis() {
    return files + markers > 0 ? fileMillis : emptyMillis;
  }

  TensorRows rows() {
    if (files == 0) {
      return TensorRows.DROPPED;
    }
    return markers == 0 ? TensorRows.WHOLE : TensorRows.PARTLY_DROPPED;
  }
}
