package io.shardsum.expect.model;

import io.shardsum.text.ForeignText;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * An engine's flags and environment variables, by their own names, while they are read: what is
 * left over at the end is not known.
 */
public final class Settings {
  private final Map<String, String> given;
  private final TreeSet<String> known = new TreeSet<>();

  public Settings(Map<String, String> given) {
    this.given = new TreeMap<>(given);
  }

  /** The value; empty if it is not set. */
  public Optional<String> text(String name) {
    known.add(name);
    return Optional.ofNullable(given.get(name));
  }

  public String text(String name, String otherwise) {
    return text(name).orElse(otherwise);
  }

  /**
   * The value, one of those.
   *
   * @throws ExpectException if it is another
   */
  public String choice(String name, String otherwise, List<String> allowed) {
    String value = text(name, otherwise);
    if (!allowed.contains(value)) {
      throw wrong(name, value, String.join(", ", allowed));
    }
    return value;
  }

  /** Whether a flag is set: to true, 1 or nothing. */
  public boolean flag(String name) {
    String value = text(name, "false");
    return switch (value) {
      case "", "1", "true", "True" -> true;
      case "0", "false", "False" -> false;
      default -> throw wrong(name, value, "true or false");
    };
  }

  /** Whether an environment variable of SGLang's is true, in any case of its letters. */
  public boolean variable(String name, boolean otherwise) {
    Optional<String> value = text(name);
    if (value.isEmpty()) {
      return otherwise;
    }
    return switch (value.get().toLowerCase(Locale.ROOT)) {
      case "1", "true", "yes", "y" -> true;
      case "0", "false", "no", "n" -> false;
      default -> throw wrong(name, value.get(), "true, 1, yes, y, false, 0, no or n");
    };
  }

  /** A whole number from 0. */
  public int count(String name, int otherwise) {
    Optional<String> value = text(name);
    if (value.isEmpty()) {
      return otherwise;
    }
    if (!value.get().matches("[0-9]{1,6}")) {
      throw wrong(name, value.get(), "a whole number from 0");
    }
    return Integer.parseInt(value.get());
  }

  /** As {@link #count}, if it is set. */
  public Optional<Integer> optionalCount(String name) {
    return text(name).isEmpty() ? Optional.empty() : Optional.of(count(name, 0));
  }

  private static ExpectException wrong(String name, String value, String expected) {
    return new ExpectException(
        "%s is %s; expected %s".formatted(name, ForeignText.quoted(value), expected));
  }

  /**
   * Ends the reading.
   *
   * @throws ExpectException if something is set that was not asked for
   */
  public void requireAllKnown() {
    for (String name : given.keySet()) {
      if (!known.contains(name)) {
        throw new ExpectException(
            "unknown setting %s; allowed: %s"
                .formatted(
                    ForeignText.quoted(name), known.stream().collect(Collectors.joining(", "))));
      }
    }
  }
}
