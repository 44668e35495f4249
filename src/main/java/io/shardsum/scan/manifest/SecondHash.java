package io.shardsum.scan.manifest;

import io.shardsum.verdict.ReadBy;
import java.util.Optional;

/**
 * What a second reading of a whole file gave.
 *
 * @param sha256 empty: there was none
 * @param blake3 of the same bytes
 * @param reason why there was none
 * @param by what has read
 */
record SecondHash(
    Optional<String> sha256, Optional<String> blake3, String reason, Optional<ReadBy> by) {

  /** No second reading. */
  static SecondHash none(String reason) {
    return new SecondHash(Optional.empty(), Optional.empty(), reason, Optional.empty());
  }
}
