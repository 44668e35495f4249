package io.shardsum.fleet;

/** What the listing says of one rank; where several things are wrong, the later constant wins. */
public enum RankState {
  /** Every part of every role is there once. */
  FOUND,
  /** Two files claim to be the same part. */
  DUPLICATE,
  /** A directory or an index could not be read, or nobody can tell whose the files are. */
  UNREADABLE,
  /** No file of the rank, or a part of it is not there. */
  MISSING
}
