package io.shardsum.history;

/** How a rank in a scan stands to the last scan that hashed it in the same way. */
public enum RankChange {
  /** It was never hashed in this way before. */
  FIRST,
  /** The same. */
  UNCHANGED,
  /** Changed with what is declared of its engine. */
  UPDATED,
  /** Changed back to what was right before. */
  RESTORED,
  /** Changed without that. */
  DRIFTED,
  /** It could not be read. */
  NOT_SCANNED
}
