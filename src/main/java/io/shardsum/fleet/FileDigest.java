package io.shardsum.fleet;

/** Which digest of whole files is computed for an engine, besides those of tensors. */
public enum FileDigest {
  /** None. */
  NONE,
  /** SHA-256, as publishers state it. */
  SHA256;

  /**
   * Reads {@code sha256} or {@code none}.
   *
   * @throws FleetException if the text is neither
   */
  public static FileDigest parse(String text) {
    return switch (text) {
      case "sha256" -> SHA256;
      case "none" -> NONE;
      default ->
          throw new FleetException(
              "unknown digest of files " + MessageText.quoted(text) + "; allowed: sha256, none");
    };
  }
}
