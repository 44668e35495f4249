package io.shardsum.fleet;

/** Which hosts see the same files at a local path. */
public enum Visibility {
  /** Each host has a disk of its own, as far as anybody has said. */
  THIS_HOST,
  /** All hosts see the same files: a file system that is mounted everywhere. */
  ALL_HOSTS
}
