package io.shardsum.scan.canary;

/**
 * What became of the shards that a scan made for itself. There is a result only where all of them
 * were hashed as they should be.
 *
 * @param shards how many were hashed, once for each way in which the scan hashes
 * @param found in how many of them a bit was flipped: exactly these were found
 */
public record CanaryResult(int shards, int found) {

  /** Of nothing that was hashed. */
  public static final CanaryResult NONE = new CanaryResult(0, 0);

  /** These, and others. */
  public CanaryResult plus(CanaryResult other) {
    return new CanaryResult(shards + other.shards, found + other.found);
  }
}
