package io.shardsum.expect;

import java.util.Optional;

/**
 * The digests of a tensor's bytes, in lower-case hex.
 *
 * @param checksum {@code sglang}, 16 digits; empty if it was not asked for
 * @param sha256 64 digits; empty if it was not asked for
 */
public record TensorDigests(Optional<String> checksum, Optional<String> sha256) {

  /** What a rank's digest is made of: the checksum where there is one, else the SHA-256. */
  public String ofRank() {
    return checksum.or(() -> sha256).orElseThrow();
  }
}
