package io.shardsum.source;

import io.shardsum.text.ForeignText;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * A file as it was when it was listed.
 *
 * @param path as Hadoop's file systems read it: {@code s3a://bucket/x}, or a local path
 * @param lengthBytes its length
 * @param modifiedAtMillis when it was last modified, in milliseconds since 1970, UTC
 * @param skip tensors whose name contains one of these are listed, not read
 * @param group the files of its rank
 */
public record ListedFile(
    String path, long lengthBytes, long modifiedAtMillis, List<String> skip, ShardGroup group)
    implements Serializable {

  private static final int MAX_CODE_POINTS_SHOWN = 4096;

  /** Checks that nothing is missing. */
  public ListedFile {
    Objects.requireNonNull(path, "path is null");
    if (lengthBytes < 0) {
      throw new IllegalArgumentException("Invalid length of " + path + ": " + lengthBytes);
    }
    Objects.requireNonNull(group, "group is null");
    skip = List.copyOf(skip);
  }

  /** A file whose tensors are hashed as they are stored. */
  public ListedFile(String path, long lengthBytes, long modifiedAtMillis, List<String> skip) {
    this(path, lengthBytes, modifiedAtMillis, skip, ShardGroup.NONE);
  }

  /** The path as a message shows it: in one line. */
  String shown() {
    return shown(path);
  }

  /** Text that others have made, in one line. */
  static String shown(String text) {
    return ForeignText.shown(text, MAX_CODE_POINTS_SHOWN);
  }
}
