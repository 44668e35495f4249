package io.shardsum.expect.recipe;

import java.util.List;
import java.util.Optional;

/**
 * The digests of a tensor's bytes, in lower-case hex.
 *
 * @param checksum {@code sglang}, 16 digits; empty if it was not asked for
 * @param chunkSums what {@code checksum} is made of, one for each MiB; empty as it is
 * @param sha256 64 digits; empty if it was not asked for
 */
public record TensorDigests(
    Optional<String> checksum, List<Long> chunkSums, Optional<String> sha256) {
  /** Copies the sums. */
  public TensorDigests {
    chunkSums = List.copyOf(chunkSums);
  }

  /** What a rank's digest is made of: the checksum where there is one, else the SHA-256. */
  public String ofRank() {
    return checksum.or(() -> sha256).orElseThrow();
  }
}
