package io.shardsum.fleet;

import io.shardsum.fleet.ShardNumbers.Placeholder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the file names of an engine tell rank and part, such as {@code
 * model-rank-{rank}-part-{part}.safetensors}.
 *
 * <p>A placeholder stands for a decimal number, leading zeros accepted; all other text stands for
 * itself. A {@code /} parts a sub-directory from the names in it.
 */
public final class ShardPattern {
  /** Ending of every file that counts. */
  static final String SUFFIX = ".safetensors";

  private static final Pattern BRACED = Pattern.compile("\\{([^{}]*)\\}");
  private static final String ALLOWED =
      Arrays.stream(Placeholder.values())
          .map(placeholder -> "{" + placeholder.text() + "}")
          .collect(Collectors.joining(", "));

  private static final ShardPattern BY_RANK = parse("model-rank-{rank}-part-{part}.safetensors");
  private static final ShardPattern BY_STAGE =
      parse("model-pp-{pp_rank}-tp-{tp_rank}-part-{part}.safetensors");

  private final String text;
  private final List<Placeholder> placeholders;
  private final Pattern regex;

  private ShardPattern(String text, List<Placeholder> placeholders, Pattern regex) {
    this.text = text;
    this.placeholders = List.copyOf(placeholders);
    this.regex = regex;
  }

  /** The names that SGLang and vLLM write by themselves, in the order in which they are tried. */
  public static List<ShardPattern> known() {
    return List.of(BY_RANK, BY_STAGE);
  }

  /**
   * Reads a pattern.
   *
   * @throws FleetException if no file could match it, or a match would not tell the rank
   */
  public static ShardPattern parse(String text) {
    List<Placeholder> placeholders = new ArrayList<>();
    StringBuilder regex = new StringBuilder();
    Matcher braced = BRACED.matcher(text);
    int literalFrom = 0;
    while (braced.find()) {
      String literal = text.substring(literalFrom, braced.start());
      requireLiteral(text, literal);
      requireParted(text, literal, placeholders);
      placeholders.add(placeholder(text, braced.group(1), placeholders));
      regex.append(Pattern.quote(literal)).append("([0-9]+)");
      literalFrom = braced.end();
    }
    String ending = text.substring(literalFrom);
    requireLiteral(text, ending);
    regex.append(Pattern.quote(ending));
    if (!ending.endsWith(SUFFIX)) {
      throw broken(text, "it must end in " + SUFFIX);
    }
    if (!placeholders.contains(Placeholder.RANK) && !placeholders.contains(Placeholder.TP_RANK)) {
      throw broken(text, "it must hold {rank} or {tp_rank}; allowed: " + ALLOWED);
    }
    requireVisibleNames(text);
    return new ShardPattern(text, placeholders, Pattern.compile(regex.toString()));
  }

  private static Placeholder placeholder(String text, String name, List<Placeholder> before) {
    for (Placeholder placeholder : Placeholder.values()) {
      if (placeholder.text().equals(name)) {
        if (before.contains(placeholder)) {
          throw broken(text, "{" + name + "} is there twice");
        }
        return placeholder;
      }
    }
    throw broken(
        text,
        "unknown placeholder {"
            + MessageText.printable(name)
            + "}; allowed: "
            + ALLOWED
            + " (leading zeros are read without a format)");
  }

  private static void requireLiteral(String text, String literal) {
    if (literal.contains("{") || literal.contains("}")) {
      throw broken(text, "a brace without its other half; allowed: " + ALLOWED);
    }
  }

  private static void requireParted(String text, String literal, List<Placeholder> before) {
    boolean parted = literal.chars().anyMatch(character -> character < '0' || character > '9');
    if (!before.isEmpty() && !parted) {
      throw broken(
          text, "between two placeholders there must be text that is not digits, such as '-'");
    }
  }

  private static void requireVisibleNames(String text) {
    for (String name : text.split("/", -1)) {
      if (name.isEmpty() || name.startsWith(".") || name.startsWith("_")) {
        throw broken(
            text,
            "a file or directory name in it is empty or starts with '.' or '_', which are hidden");
      }
    }
  }

  private static FleetException broken(String text, String rule) {
    return new FleetException("pattern " + MessageText.quoted(text) + ": " + rule);
  }

  /** The pattern as it was written. */
  public String text() {
    return text;
  }

  boolean has(Placeholder placeholder) {
    return placeholders.contains(placeholder);
  }

  /** How many levels of sub-directories lie above the files. */
  int depth() {
    return (int) text.chars().filter(character -> character == '/').count();
  }

  /**
   * The numbers in a file name relative to the engine's directory; empty where it does not match or
   * a number does not fit an int.
   */
  Optional<ShardNumbers> match(String relativeName) {
    Matcher matcher = regex.matcher(relativeName);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Map<Placeholder, Integer> values = new EnumMap<>(Placeholder.class);
    for (int at = 0; at < placeholders.size(); at++) {
      try {
        values.put(placeholders.get(at), Integer.parseInt(matcher.group(at + 1)));
      } catch (NumberFormatException tooLarge) {
        return Optional.empty();
      }
    }
    return Optional.of(new ShardNumbers(values));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShardPattern that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
