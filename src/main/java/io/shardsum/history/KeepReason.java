package io.shardsum.history;

/** Why the tensor rows of a scan stay. */
public enum KeepReason {
  /** It is not old. */
  YOUNG("not old"),
  /** It tells how its fleet, or an engine of it, stands now. */
  CURRENT("the newest"),
  /** The last in which an engine was right: what {@code --baseline} would name. */
  LAST_RIGHT("an engine was last right here"),
  /** Scans that stay were compared with it. */
  BASELINE("a baseline"),
  /** The last in which copies agreed on what later scans may find again. */
  EARLIER_CONTENT("copies last agreed here"),
  /** A finding that is open was seen there first. */
  FIRST_SEEN("an open finding was first seen here"),
  /** An engine that is off is off since then, or was right then the last time. */
  DRIFT("an engine went wrong here, or was last right"),
  /** It is dated in the future, so nobody knows how old it is. */
  IN_FUTURE("dated in the future"),
  /** The first of its month. */
  FIRST_OF_MONTH("the first of its month");

  private final String words;

  KeepReason(String words) {
    this.words = words;
  }

  /** For people, behind "kept: ". */
  public String words() {
    return words;
  }
}
