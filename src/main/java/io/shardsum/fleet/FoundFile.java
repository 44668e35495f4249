package io.shardsum.fleet;

import io.shardsum.io.ListedFile;

/**
 * A file in a directory.
 *
 * @param name relative to the directory that was listed
 */
record FoundFile(String name, ListedFile listed) {
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
    return new ShardFile(listed, role, part, FileIdentity.of(listed.path()));
  }
}
