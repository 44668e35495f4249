package io.shardsum.tables;

/** What a scan says of a fleet as a whole. */
public enum Verdict {
  /** Everything was checked, and all copies are equal. */
  EQUAL,
  /** Copies differ. */
  DIFFERENT,
  /** No copies differ, but not everything could be checked. */
  INCOMPLETE
}
