package io.shardsum.fleet;

import java.io.Serializable;
import java.util.Optional;

/**
 * How a tensor that a file calls by one name is called in the engine's answer, and why. A {@code *}
 * at either end of a name stands for the same text in both.
 *
 * @param id its name
 * @param inFile the name in the file
 * @param inEngine the engine's name
 * @param reason why they differ
 */
public record NameRule(String id, String inFile, String inEngine, String reason)
    implements Serializable {

  private static final String ANY = "*";

  /** Checks that both names have text, and their stars at the same ends. */
  public NameRule {
    if (inFile.startsWith(ANY) != inEngine.startsWith(ANY)
        || inFile.endsWith(ANY) != inEngine.endsWith(ANY)
        || text(inFile).isEmpty()
        || text(inEngine).isEmpty()) {
      throw new IllegalArgumentException("Invalid rule " + id + ": " + inFile + ", " + inEngine);
    }
  }

  /** What the engine calls a tensor of the file; empty if the rule is of other names. */
  public Optional<String> engineName(String nameInFile) {
    int at = placeIn(nameInFile, inFile);
    if (at < 0) {
      return Optional.empty();
    }
    String after = nameInFile.substring(at + text(inFile).length());
    return Optional.of(nameInFile.substring(0, at) + text(inEngine) + after);
  }

  /** Whether a name is of the kind that the engine uses. */
  public boolean isEngineName(String name) {
    return placeIn(name, inEngine) >= 0;
  }

  /** Where the pattern's text is in the name, or -1. */
  private static int placeIn(String name, String pattern) {
    String text = text(pattern);
    if (!pattern.startsWith(ANY)) {
      boolean begins = pattern.endsWith(ANY) ? name.startsWith(text) : name.equals(text);
      return begins ? 0 : -1;
    }
    if (!pattern.endsWith(ANY)) {
      return name.endsWith(text) ? name.length() - text.length() : -1;
    }
    return name.indexOf(text);
  }

  private static String text(String pattern) {
    String text = pattern.startsWith(ANY) ? pattern.substring(1) : pattern;
    return text.endsWith(ANY) ? text.substring(0, text.length() - 1) : text;
  }
}
