package io.shardsum.scan.live;

import java.util.Optional;

/**
 * A row of the table {@code ranks} that comes from a running engine.
 *
 * @param status COMPLETE, PARTIAL (some tensors were not hashed, or all are skipped) or UNKNOWN
 * @param checksum present only where the rank is COMPLETE
 * @param reported the engine's own digest of the rank, where it gives one
 * @param tensors how many tensors have a checksum
 * @param skipped how many tensors were left out by a pattern
 * @param reason why the rank is not COMPLETE
 */
public record LiveRankResult(
    String engine,
    int rank,
    String status,
    Optional<String> checksum,
    Optional<String> reported,
    long tensors,
    long skipped,
    Optional<String> reason) {

  static final String COMPLETE = "COMPLETE";
  static final String PARTIAL = "PARTIAL";
  static final String UNKNOWN = "UNKNOWN";

  /** Whether nothing is left of it but what is skipped. */
  boolean isSkipped() {
    return tensors == 0 && skipped > 0 && status.equals(PARTIAL);
  }

  /** Whether the engine reported it, in part at least. */
  public boolean isKnown() {
    return !status.equals(UNKNOWN);
  }
}
