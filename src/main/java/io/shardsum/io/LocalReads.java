package io.shardsum.io;

/** How local files are read. */
public enum LocalReads {
  /** Through the page cache, which then holds them instead of other files. */
  THROUGH_CACHE,
  /** Past the page cache, where the file system does that. */
  DIRECT
}
