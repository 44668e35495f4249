package io.shardsum.io;

import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The status with which S3A opens an object as it was listed: it asks the store for that ETag with
 * each request, so that any other content is refused and nobody need ask for the status again.
 *
 * <p>The class of the status comes with Hadoop's connector, which is no part of this job.
 */
final class PinnedStatus {

  static final String FILE_SYSTEM = "org.apache.hadoop.fs.s3a.S3AFileSystem";
  private static final String STATUS = "org.apache.hadoop.fs.s3a.S3AFileStatus";
  private static final String DETECTION_SOURCE = "fs.s3a.change.detection.source";
  private static final String DETECTION_MODE = "fs.s3a.change.detection.mode";

  /** Those that let a read fail; the others at most warn. */
  private static final Set<String> MODES_THAT_REFUSE = Set.of("server", "client");

  private PinnedStatus() {}

  /**
   * The status; empty where the storage cannot be asked so.
   *
   * @param endBytes up to where it will be read: no more is asked for
   */
  static Optional<FileStatus> of(ListedFile file, long endBytes, Path path, FileSystem fileSystem) {
    if (!isPinned(file, fileSystem)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          Class.forName(STATUS, true, fileSystem.getClass().getClassLoader())
              .asSubclass(FileStatus.class)
              .getConstructor(
                  long.class,
                  long.class,
                  Path.class,
                  long.class,
                  String.class,
                  String.class,
                  String.class)
              .newInstance(
                  endBytes,
                  file.modifiedAtMillis(),
                  path,
                  fileSystem.getDefaultBlockSize(path),
                  "",
                  file.etag(),
                  null));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Not the S3A of Hadoop 3.3.5 or later", e);
    }
  }

  static boolean isS3a(FileSystem fileSystem) {
    return fileSystem.getClass().getName().equals(FILE_SYSTEM);
  }

  /** Whether the storage refuses to read anything but what was listed. */
  static boolean isPinned(ListedFile file, FileSystem fileSystem) {
    if (file.etag().isEmpty() || !isS3a(fileSystem)) {
      return false;
    }
    Configuration conf = fileSystem.getConf(); // with the settings of its bucket
    return conf.getTrimmed(DETECTION_SOURCE, "etag").equals("etag")
        && MODES_THAT_REFUSE.contains(conf.getTrimmed(DETECTION_MODE, "server"));
  }
}
