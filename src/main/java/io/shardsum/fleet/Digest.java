package io.shardsum.fleet;

import java.util.Locale;

/** Which checksum of a tensor is computed for an engine. */
public enum Digest {
  /** The 64-bit checksum of SGLang's weight checker. */
  SGLANG,
  /** SHA-256 of the tensor's bytes, as vLLM's weight checker reports it. */
  SHA256,
  /** Both of them. */
  BOTH;

  /** The word that {@link #parse} reads. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads {@code sglang}, {@code sha256} or {@code both}.
   *
   * @throws FleetException if the text is none of them
   */
  public static Digest parse(String text) {
    return switch (text) {
      case "sglang" -> SGLANG;
      case "sha256" -> SHA256;
      case "both" -> BOTH;
      default ->
          throw new FleetException(
              "unknown digest " + MessageText.quoted(text) + "; allowed: sglang, sha256, both");
    };
  }
}
