package io.shardsum.verdict;

import java.util.Optional;

/**
 * The digests of a tensor's bytes, as far as they are known. Copies are equal only if both of them
 * are.
 *
 * @param sglang 16 hex digits
 * @param sha256 64 hex digits; also empty where not every copy has both
 */
public record Digests(Optional<String> sglang, Optional<String> sha256) {

  /** The digest by which ranks are merged, and which findings show. */
  public String shown() {
    return sglang.or(() -> sha256).orElseThrow();
  }

  /** The same bytes by their SHA-256: nothing else is known of them. */
  Digests withSha256(String other) {
    return new Digests(sglang, Optional.of(other));
  }

  /** Only the checksum of SGLang is known. */
  public static Digests ofSglang(String checksum) {
    return new Digests(Optional.of(checksum), Optional.empty());
  }
}
