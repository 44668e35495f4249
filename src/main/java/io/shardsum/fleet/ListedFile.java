package io.shardsum.fleet;

/**
 * A file as its directory lists it.
 *
 * @param name relative to the directory that was listed
 */
record ListedFile(String name, String path, long lengthBytes, long modifiedAtMillis) {
  boolean hidden() {
    return isHidden(name.substring(name.lastIndexOf('/') + 1));
  }

  static boolean isHidden(String name) {
    return name.startsWith(".") || name.startsWith("_");
  }

  ShardFile as(String role, int part) {
    return new ShardFile(path, lengthBytes, modifiedAtMillis, role, part, FileIdentity.of(path));
  }
}
