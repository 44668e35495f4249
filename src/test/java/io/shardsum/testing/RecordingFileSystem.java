package io.shardsum.testing;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** The local file system under the scheme {@code recorded:}, which remembers what was changed. */
public final class RecordingFileSystem extends RawLocalFileSystem {

  /** What is done to a path. */
  public enum Change {
    CREATE,
    MAKE_DIRECTORY,
    RENAME,
    DELETE
  }

  /**
   * A change.
   *
   * @param path the local path; of a rename, the new one
   */
  public record Entry(Change change, String path) {}

  private static final URI ROOT = URI.create("recorded:///");
  private static final Queue<Entry> ENTRIES = new ConcurrentLinkedQueue<>();

  /** Makes the scheme known. */
  public static void register(Configuration conf) {
    conf.setClass("fs.recorded.impl", RecordingFileSystem.class, RawLocalFileSystem.class);
  }

  /** The changes below a local directory, in their order, and forgets all. */
  public static List<Entry> take(java.nio.file.Path directory) {
    List<Entry> entries =
        ENTRIES.stream().filter(entry -> entry.path().startsWith(directory + "/")).toList();
    ENTRIES.clear();
    return entries;
  }

  private static void record(Change change, Path path) {
    ENTRIES.add(new Entry(change, path.toUri().getPath()));
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public String getScheme() {
    return ROOT.getScheme();
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    record(Change.CREATE, path);
    return super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public boolean mkdirs(Path path) throws IOException {
    record(Change.MAKE_DIRECTORY, path);
    return super.mkdirs(path);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    record(Change.RENAME, to);
    return super.rename(from, to);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    boolean deleted = super.delete(path, recursive);
    if (deleted) {
      record(Change.DELETE, path);
    }
    return deleted;
  }
}
