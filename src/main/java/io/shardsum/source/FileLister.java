package io.shardsum.source;

import io.shardsum.fleet.Connectors;
import io.shardsum.io.ListedFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** Finds the files behind the paths of a {@code load}: files, globs, directories of files. */
final class FileLister {

  private static final String SUFFIX = ".safetensors";

  private final Configuration hadoopConf;
  private final boolean recursive;

  FileLister(Configuration hadoopConf, boolean recursive) {
    this.hadoopConf = hadoopConf;
    this.recursive = recursive;
  }

  /**
   * The files, ordered by path within each of {@code paths}.
   *
   * @throws FileNotFoundException if a path matches nothing
   */
  List<ScannedFile> list(List<String> paths) throws IOException {
    List<ScannedFile> files = new ArrayList<>();
    for (String path : paths) {
      files.addAll(list(new Path(path)));
    }
    return files;
  }

  private List<ScannedFile> list(Path path) throws IOException {
    Optional<String> noConnector = Connectors.missing(path.toString(), hadoopConf);
    if (noConnector.isPresent()) {
      throw new IOException("Cannot read " + path + ": " + noConnector.get());
    }
    FileSystem fileSystem = path.getFileSystem(hadoopConf);
    FileStatus[] matches = fileSystem.globStatus(path);
    if (matches == null || matches.length == 0) {
      throw new FileNotFoundException("Cannot read " + path + ": no such file or directory");
    }
    List<FileStatus> found = new ArrayList<>();
    for (FileStatus match : matches) {
      if (match.isDirectory()) {
        addWeights(fileSystem.listFiles(match.getPath(), recursive), found);
      } else {
        found.add(match);
      }
    }
    return found.stream()
        .sorted(Comparator.comparing(FileStatus::getPath))
        .map(FileLister::listed)
        .toList();
  }

  private static void addWeights(RemoteIterator<LocatedFileStatus> files, List<FileStatus> found)
      throws IOException {
    while (files.hasNext()) {
      FileStatus file = files.next();
      String name = file.getPath().getName();
      if (name.endsWith(SUFFIX) && !name.startsWith(".") && !name.startsWith("_")) {
        found.add(file);
      }
    }
  }

  private static ScannedFile listed(FileStatus status) {
    return new ScannedFile(ListedFile.of(status), List.of());
  }
}
