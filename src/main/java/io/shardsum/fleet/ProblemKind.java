package io.shardsum.fleet;

/** What is wrong with an engine's directory beyond the state of single ranks. */
public enum ProblemKind {
  /** The directory does not exist. */
  DIRECTORY_MISSING,
  /** The directory exists, or may exist, and could not be listed. */
  DIRECTORY_UNREADABLE,
  /** A shard file whose name matches no rank, or other weights that are not read. */
  STRAY_FILE,
  /** A shard file of a rank that the declared parallelism does not have. */
  RANK_OUTSIDE_PARALLELISM,
  /** A file name whose numbers contradict each other, such as rank 3 of pipeline stage 0 of 2. */
  RANK_NUMBERS_DISAGREE,
  /** The checkpoint's index cannot be read or names what it must not. */
  INDEX_BROKEN,
  /** A shard file that the checkpoint's index does not name: it is not read. */
  NOT_IN_INDEX,
  /** A host of the engine runs no executor: what its disk has is not checked. */
  NO_EXECUTOR,
  /** Hosts of the engine that have some of its ranks in common and others not. */
  HOSTS_DISAGREE,
  /** A sub-directory without shard files, not taken as an engine: an export that failed? */
  NOT_AN_ENGINE,
  /** The number of ranks is not given: the largest number found for each model is used. */
  RANKS_INFERRED,
  /** The directory of engines is that of one engine: nothing to compare it with. */
  ONE_ENGINE;

  /** Whether this is only worth a note: nothing that should be checked is in doubt. */
  public boolean informational() {
    return this == RANKS_INFERRED || this == ONE_ENGINE;
  }
}
