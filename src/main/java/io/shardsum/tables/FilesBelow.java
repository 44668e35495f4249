package io.shardsum.tables;

import io.shardsum.io.ObjectStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * All files below a directory. An object store lists a thousand of them by one request, and each
 * directory by one, too. Elsewhere directories may go meanwhile.
 */
final class FilesBelow {

  private FilesBelow() {}

  /** None where it does not exist. */
  static List<FileStatus> of(Path directory, FileSystem fileSystem) throws IOException {
    List<FileStatus> files = new ArrayList<>();
    if (ObjectStore.holds(directory)) {
      list(directory, fileSystem, files::add);
    } else {
      walk(directory, fileSystem, files::add);
    }
    return files;
  }

  private static void list(Path directory, FileSystem fileSystem, Consumer<FileStatus> taker)
      throws IOException {
    try {
      RemoteIterator<LocatedFileStatus> files = fileSystem.listFiles(directory, true);
      while (files.hasNext()) {
        taker.accept(files.next());
      }
    } catch (FileNotFoundException e) {
      return;
    }
  }

  private static void walk(Path directory, FileSystem fileSystem, Consumer<FileStatus> taker)
      throws IOException {
    for (FileStatus entry : StoredScans.list(directory, fileSystem)) {
      if (entry.isDirectory()) {
        walk(entry.getPath(), fileSystem, taker);
      } else {
        taker.accept(entry);
      }
    }
  }
}
