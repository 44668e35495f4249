package io.shardsum.live;

import java.util.Optional;

/** A key, or none. It is shown nowhere: not by this, and not where a server repeats it. */
final class Secret {

  /** No key. */
  static final Secret NONE = new Secret("");

  private static final String BLOT = "***";

  private final String text;

  private Secret(String text) {
    this.text = text;
  }

  static Secret of(String text) {
    return new Secret(text);
  }

  boolean isPresent() {
    return !text.isEmpty();
  }

  /** Whether it can stand in a header: characters of ASCII that print, and no spaces. */
  boolean fitsAHeader() {
    return text.chars().allMatch(c -> c > ' ' && c < 0x7F);
  }

  /** The header {@code Authorization}. */
  Optional<String> authorization() {
    return isPresent() ? Optional.of("Bearer " + text) : Optional.empty();
  }

  /** The text of somebody else, without the key. */
  String blotted(String foreign) {
    return isPresent() && foreign.contains(text) ? foreign.replace(text, BLOT) : foreign;
  }

  @Override
  public String toString() {
    return BLOT;
  }
}
