package io.shardsum.live;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
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

  /** The text of somebody else, without the key, also where it is written as in JSON. */
  String blotted(String foreign) {
    if (!isPresent()) {
      return foreign;
    }
    String blotted = foreign.replace(text, BLOT);
    return blotted.replace(inJson(), BLOT).replace(inJson().replace("/", "\\/"), BLOT);
  }

  /** The same of the beginning of a longer text, which may end within the key. */
  String blottedBeginning(String foreign) {
    if (!isPresent()) {
      return foreign;
    }
    String blotted = blotted(foreign);
    int longest = inJson().replace("/", "\\/").length();
    return blotted.substring(0, Math.max(0, blotted.length() - longest));
  }

  private String inJson() {
    return String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text));
  }

  @Override
  public String toString() {
    return BLOT;
  }
}
