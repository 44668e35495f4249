package io.shardsum.io;

import java.time.Instant;
import java.util.Optional;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;

/**
 * What a storage says of a file at one time.
 *
 * @param etag the storage's own name of the file's content; not all have one
 */
record FileState(long lengthBytes, long modifiedAtMillis, Optional<String> etag) {
  private static final int SECOND_MILLIS = 1000;

  static FileState of(FileStatus status) {
    return new FileState(status.getLen(), status.getModificationTime(), etag(status));
  }

  private static Optional<String> etag(FileStatus status) {
    return status instanceof EtagSource source
        ? Optional.ofNullable(source.getEtag()).filter(name -> !name.isBlank())
        : Optional.empty();
  }

  static FileState listed(ListedFile file) {
    return new FileState(
        file.lengthBytes(),
        file.modifiedAtMillis(),
        Optional.of(file.etag()).filter(name -> !name.isEmpty()));
  }

  /**
   * Whether the file is the same in both states. The etags decide where both have one, else the
   * times: as milliseconds, or as seconds where one of the two is whole seconds, since some object
   * stores list times more precisely than they give them for one object.
   */
  boolean isSameFileAs(FileState other) {
    if (lengthBytes != other.lengthBytes) {
      return false;
    }
    if (etag.isPresent() && other.etag.isPresent()) {
      return etag.equals(other.etag);
    }
    return (isWholeSecond() || other.isWholeSecond())
        ? second() == other.second()
        : modifiedAtMillis == other.modifiedAtMillis;
  }

  private boolean isWholeSecond() {
    return modifiedAtMillis % SECOND_MILLIS == 0;
  }

  private long second() {
    return Math.floorDiv(modifiedAtMillis, SECOND_MILLIS);
  }

  @Override
  public String toString() {
    return lengthBytes
        + " bytes of "
        + Instant.ofEpochMilli(modifiedAtMillis)
        + etag.map(name -> ", etag " + ListedFile.shown(name)).orElse("");
  }
}
