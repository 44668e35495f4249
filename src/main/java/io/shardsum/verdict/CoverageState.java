package io.shardsum.verdict;

/** How far something was checked. */
public enum CoverageState {
  /** Equal to a majority, or to a reference. */
  VERIFIED,
  /** Compared, and not equal to what it should be, or not decided. */
  DIFFERENT,
  /** Hashed, and compared with nothing. */
  HASHED_ONLY,
  /** Left out by a pattern. */
  SKIPPED,
  /** There, and not read as a whole. */
  UNREADABLE,
  /** Not there. */
  MISSING,
  /** A running engine does not tell, or a checkpoint what must be there. */
  UNKNOWN
}
