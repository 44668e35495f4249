package io.shardsum.fleet;

import io.shardsum.io.ListedFile;
import org.apache.hadoop.fs.FileStatus;

/**
 * A file in a directory.
 *
 * @param name relative to the directory that was listed
 */
record FoundFile(String name, ListedFile listed) {

  /** What a file system says of a file. */
  static FoundFile of(FileStatus status, String name) {
    return new FoundFile(name, ListedFile.of(status));
  }

  boolean hidden() {
    return isHidden(name.substring(name.lastIndexOf('/') + 1));
  }

  static boolean isHidden(String name) {
    return name.startsWith(".") || name.startsWith("_");
  }

  String path() {
    return listed.path();
  }

  ShardFile as(String role, int part) {
    String identity = FileIdentity.of(listed.path());
    return new ShardFile(
        listed, role, part, identity, FileIdentity.version(identity, listed.etag()));
  }
}
