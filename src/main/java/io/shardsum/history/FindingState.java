package io.shardsum.history;

/** How a finding in a scan stands to the scans before; the same fault has the same fingerprint. */
public enum FindingState {
  /** No scan before had it. */
  NEW,
  /** It was gone, and is there again. */
  CAME_BACK,
  /** The last scan that could tell had it, too. */
  STILL_THERE,
  /**
   * It was there, and this scan could not tell: it did not read, or not compare, what it is about.
   */
  NOT_CHECKED,
  /** It was there, and this scan is the first that could have found it and did not. */
  GONE;

  /** Whether something is there that was not in the scan before. */
  public boolean isNew() {
    return this == NEW || this == CAME_BACK;
  }

  /** Whether nothing says that it has ended. */
  public boolean isOpen() {
    return this != GONE;
  }
}
