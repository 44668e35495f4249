package io.shardsum.live;

/** The releases of SGLang that answer in ways of their own, as far as an answer's form shows it. */
public enum AnsweredRelease {
  /** A rank has no digest of its own. */
  SGLANG_0_5_12("0.5.12"),
  /** A rank has a digest; what was asked about is one entry. */
  SGLANG_0_5_13("0.5.13 to 0.5.22"),
  /** What was asked about is a list. */
  SGLANG_0_5_23("0.5.23 or newer");

  private final String shown;

  AnsweredRelease(String shown) {
    this.shown = shown;
  }

  /** As the tables and the JSON have it. */
  public String shown() {
    return shown;
  }
}
