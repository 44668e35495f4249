package io.shardsum.source;

import io.shardsum.safetensors.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * Opens shards, and says whether they are still what was listed. Files of the local file system are
 * read directly: through Hadoop each byte would be copied twice more.
 */
final class ShardOpener {

  private final Configuration hadoopConf;
  private final int readRetries;
  private final ReadMetrics metrics;

  ShardOpener(Configuration hadoopConf, int readRetries, ReadMetrics metrics) {
    this.hadoopConf = hadoopConf;
    this.readRetries = readRetries;
    this.metrics = metrics;
  }

  int readRetries() {
    return readRetries;
  }

  ReadMetrics metrics() {
    return metrics;
  }

  /**
   * Opens a file.
   *
   * @throws IOException if it is gone, may not be read, or is not what was listed
   */
  ByteSource open(ListedFile file) throws IOException {
    checkUnchanged(file);
    metrics.addFile();
    Path path = path(file);
    FileSystem fileSystem = path.getFileSystem(hadoopConf);
    if (fileSystem instanceof LocalFileSystem local) {
      return ByteSource.ofPath(localPath(file, local, path));
    }
    FSDataInputStream stream =
        FutureIO.awaitFuture(
            fileSystem
                .openFile(path)
                .opt("fs.option.openfile.read.policy", "sequential")
                .opt("fs.option.openfile.length", Long.toString(file.lengthBytes()))
                .build());
    return new HadoopByteSource(file.path(), file.lengthBytes(), stream);
  }

  /**
   * Checks that a file is still as long and as old as it was when it was listed.
   *
   * @throws IOException if it is not
   */
  void checkUnchanged(ListedFile file) throws IOException {
    Path path = path(file);
    FileSystem fileSystem = path.getFileSystem(hadoopConf);
    long length;
    long modifiedAtMillis;
    if (fileSystem instanceof LocalFileSystem local) {
      BasicFileAttributes now =
          Files.readAttributes(localPath(file, local, path), BasicFileAttributes.class);
      if (now.isOther()) { // a pipe would wait for its writer
        throw new UnreadableFileException(
            "Cannot read %s: expected a file, found a pipe, a socket or a device"
                .formatted(file.shown()),
            null);
      }
      length = now.size();
      modifiedAtMillis = now.lastModifiedTime().toMillis();
    } else {
      FileStatus now = fileSystem.getFileStatus(path);
      length = now.getLen();
      modifiedAtMillis = now.getModificationTime();
    }
    if (length != file.lengthBytes() || modifiedAtMillis != file.modifiedAtMillis()) {
      throw new UnreadableFileException(
          "Cannot read %s: changed after it was listed: expected %s, found %s"
              .formatted(
                  file.shown(),
                  state(file.lengthBytes(), file.modifiedAtMillis()),
                  state(length, modifiedAtMillis)),
          null);
    }
  }

  private static Path path(ListedFile file) throws UnreadableFileException {
    try {
      return new Path(file.path());
    } catch (IllegalArgumentException e) {
      throw new UnreadableFileException(
          "Cannot read %s: not a path: %s"
              .formatted(file.shown(), ListedFile.shown(e.getMessage())),
          e);
    }
  }

  /** Where the locale of the process cannot write a name, Java cannot open the file. */
  private static java.nio.file.Path localPath(ListedFile file, LocalFileSystem local, Path path)
      throws UnreadableFileException {
    try {
      return local.pathToFile(path).toPath();
    } catch (InvalidPathException e) {
      throw new UnreadableFileException(
          "Cannot read %s: not a name of a local file here: %s"
              .formatted(file.shown(), e.getReason()),
          e);
    }
  }

  private static String state(long lengthBytes, long modifiedAtMillis) {
    return lengthBytes + " bytes of " + Instant.ofEpochMilli(modifiedAtMillis);
  }

  /** Trying again does not help, and the message says all. */
  static final class UnreadableFileException extends IOException {
    private static final long serialVersionUID = 1;

    UnreadableFileException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
