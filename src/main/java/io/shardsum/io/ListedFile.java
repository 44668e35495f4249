package io.shardsum.io;

import io.shardsum.text.ForeignText;
import java.io.Serializable;
import java.util.Objects;
import org.apache.hadoop.fs.FileStatus;

/**
 * A file as it was when it was listed.
 *
 * @param path as Hadoop's file systems read it: {@code s3a://bucket/x}, or a local path
 * @param lengthBytes its length
 * @param modifiedAtMillis when it was last modified, in milliseconds since 1970, UTC
 */
public record ListedFile(String path, long lengthBytes, long modifiedAtMillis)
    implements Serializable {

  private static final int MAX_CODE_POINTS_SHOWN = 4096;

  /** Checks that nothing is missing. */
  public ListedFile {
    Objects.requireNonNull(path, "path is null");
    if (lengthBytes < 0) {
      throw new IllegalArgumentException("Invalid length of " + path + ": " + lengthBytes);
    }
  }

  /** What a file system says of a file. */
  public static ListedFile of(FileStatus status) {
    return new ListedFile(
        status.getPath().toString(), status.getLen(), status.getModificationTime());
  }

  /** The path as a message shows it: in one line. */
  public String shown() {
    return shown(path);
  }

  /** Text that others have made, in one line. */
  public static String shown(String text) {
    return ForeignText.shown(text, MAX_CODE_POINTS_SHOWN);
  }
}
