package io.shardsum.scan.manifest;

import io.shardsum.verdict.ReadBy;
import java.util.Optional;

/**
 * What a second reading of a whole file gave.
 *
 * @param sha256 empty: there was none
 * @param reason why there was none
 * @param by what has read
 */
record SecondHash(Optional<String> sha256, String reason, Optional<ReadBy> by) {

  /** No second reading. */
  static SecondHash none(String reason) {
    return new SecondHash(Optional.empty(), reason, Optional.empty());
  }
}
