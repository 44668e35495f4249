package io.shardsum.history;

/** How an engine in a scan stands to the scans before. */
public enum EngineState {
  /** A rank changed without a change of what is declared, or an update reached some ranks only. */
  DRIFTED,
  /** All ranks changed together, with what is declared of the engine. */
  UPDATED,
  /** It changed back to what was right before. */
  RESTORED,
  /** Never seen as a whole before, or away in the scan before. */
  APPEARED,
  /** The first scan of all engines that does not have it. */
  DISAPPEARED,
  /** Not all of its ranks could be read, or it was not among the engines chosen for this scan. */
  NOT_SCANNED,
  /** No scan before hashed it in the same way: with the same digest, leaving out the same. */
  NOT_COMPARABLE,
  /** Another model or revision is declared, and every rank is the same: no update arrived. */
  NOT_UPDATED,
  /** The same in every rank as when it was hashed the last time. */
  UNCHANGED;

  /** Whether nobody declared it. */
  public boolean isUnplanned() {
    return this == DRIFTED;
  }
}
