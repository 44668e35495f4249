package io.shardsum.verdict;

/** What is known of an expected rank: the column {@code status} of the table {@code ranks}. */
public enum RankStatus {
  /** All of it was hashed: it has a checksum. */
  COMPLETE,
  /** A running engine reported it, or a checkpoint says it, in part. */
  PARTIAL,
  /** No file of it was found. */
  MISSING,
  /** A file of it could not be read as a whole. */
  UNREADABLE,
  /** Two files claim to be the same part of it. */
  DUPLICATE,
  /** It was hashed, and is not known to be what was listed. */
  NOT_CHECKED,
  /** A running engine did not report it. */
  UNKNOWN
}
