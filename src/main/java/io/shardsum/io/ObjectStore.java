package io.shardsum.io;

import org.apache.hadoop.fs.Path;

/**
 * Where files are objects of S3, by Hadoop's S3A connector. An object is there once it is whole; to
 * move one is to copy it; each request takes its time.
 */
public final class ObjectStore {

  static final String SCHEME = "s3a";

  private ObjectStore() {}

  /** Whether a path, with its scheme, is one of S3A. */
  public static boolean holds(Path path) {
    return SCHEME.equalsIgnoreCase(path.toUri().getScheme());
  }
}
