package io.shardsum.verdict;

import java.util.Optional;

/**
 * What a copy of a tensor is, as far as copies are compared: two are the same if all of this is.
 *
 * @param checksum the digest by which the rank is merged: 16 hex digits, or SHA-256
 * @param sha256 present only where every copy has both digests
 */
public record Content(String dtype, String shape, String checksum, Optional<String> sha256) {

  boolean hasFormOf(Content other) {
    return dtype.equals(other.dtype) && shape.equals(other.shape);
  }

  /** Such as {@code BF16 [2, 3]}. */
  String form() {
    return dtype + " " + shape;
  }
}
