package io.shardsum.fleet;

import io.shardsum.safetensors.OtherContent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** A file of JSON in a checkpoint, its index or its configuration, that is something else. */
public final class JsonFile {
  private JsonFile() {}

  /**
   * What is there that is no file, as in {@code a directory}. A pipe would wait for its writer, so
   * this is asked before the file is opened.
   */
  public static Optional<String> insteadOfFile(Path path, Configuration conf) throws IOException {
    FileSystem storage = path.getFileSystem(conf);
    if (!(storage instanceof LocalFileSystem local)) {
      return Optional.empty();
    }
    java.nio.file.Path file = local.pathToFile(path).toPath();
    if (Files.isDirectory(file)) {
      return Optional.of("a directory");
    }
    return Files.exists(file) && !Files.isRegularFile(file)
        ? Optional.of("a pipe, a socket or a device")
        : Optional.empty();
  }

  /** What the file holds instead of JSON, as in {@code a Git LFS pointer}; empty: not known. */
  static Optional<String> insteadOfJson(Path path, Configuration conf) {
    try (InputStream in = path.getFileSystem(conf).open(path)) {
      return OtherContent.insteadOfJson(in.readNBytes(OtherContent.BEGINNING_BYTES));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
