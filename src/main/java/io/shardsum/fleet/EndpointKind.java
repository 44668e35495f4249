package io.shardsum.fleet;

import java.util.Locale;

/** Which engine's weight checker answers. */
public enum EndpointKind {
  /** SGLang: {@code POST /weights_checker}. */
  SGLANG("/weights_checker"),
  /** vLLM: {@code POST /weight_checker}. */
  VLLM("/weight_checker");

  private final String path;

  EndpointKind(String path) {
    this.path = path;
  }

  /** Where it is below the server's address. */
  public String path() {
    return path;
  }

  /** The word that {@link #parse} reads. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads {@code sglang} or {@code vllm}.
   *
   * @throws FleetException if the text is neither
   */
  public static EndpointKind parse(String text) {
    return switch (text) {
      case "sglang" -> SGLANG;
      case "vllm" -> VLLM;
      default ->
          throw new FleetException(
              "unknown kind " + MessageText.quoted(text) + "; allowed: sglang, vllm");
    };
  }
}
