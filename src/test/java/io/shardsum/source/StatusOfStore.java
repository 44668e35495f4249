package io.shardsum.source;

import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;

/** The status of an object as a store gives it: with a time and an etag that a test chooses. */
final class StatusOfStore extends FileStatus implements EtagSource {
  private static final long serialVersionUID = 1;

  private final String etag;

  StatusOfStore(FileStatus status, long modifiedAtMillis, String etag) {
    super(status.getLen(), false, 1, 1, modifiedAtMillis, status.getPath());
    this.etag = etag;
  }

  @Override
  public String getEtag() {
    return etag;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
