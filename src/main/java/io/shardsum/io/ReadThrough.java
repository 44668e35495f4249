package io.shardsum.io;

/** What lay between a file's bytes and what has read them. */
public enum ReadThrough {
  /** A local file, through the page cache of its host. */
  CACHE,
  /** A local file, past the page cache: these bytes are on the disk. */
  DIRECT,
  /** A file of another storage, through the client that Hadoop has for it. */
  STORE
}
