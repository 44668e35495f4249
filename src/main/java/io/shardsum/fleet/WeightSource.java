package io.shardsum.fleet;

/** Where a row of the tables has its checksums from: the column {@code source}. */
public enum WeightSource {
  /** Files were read and hashed. */
  FILES,
  /** A running engine said so. */
  LIVE,
  /** Computed from something else: what should be there. No copy, and no vote. */
  EXPECTED
}
