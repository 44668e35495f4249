package io.shardsum.text;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Makes text of others fit for one line of a message or a terminal: it cannot break the line, move
 * the cursor or turn the direction of writing, and two different texts stay different.
 */
public final class ForeignText {

  private static final int LINE_CODE_POINTS = 200;
  private static final int NAME_CODE_POINTS = 60;
  private static final int NAMES_SHOWN = 6;

  private ForeignText() {}

  /**
   * The text with every character that does not print, and the backslash, as an escape.
   *
   * @param maxCodePoints after so many code points it is cut, and its length follows
   */
  public static String shown(String text, int maxCodePoints) {
    StringBuilder shown = new StringBuilder(Math.min(text.length(), maxCodePoints) + 16);
    int index = 0;
    for (int count = 0; count < maxCodePoints && index < text.length(); count++) {
      int codePoint = text.codePointAt(index);
      appendEscaped(shown, codePoint);
      index += Character.charCount(codePoint);
    }
    if (index < text.length()) {
      int codePoints = text.codePointCount(0, text.length());
      shown.append("… (").append(codePoints).append(" characters)");
    }
    return shown.toString();
  }

  /** As {@link #shown(String, int)}, at most {@value #LINE_CODE_POINTS} code points. */
  public static String shown(String text) {
    return shown(text, LINE_CODE_POINTS);
  }

  /** As {@link #shown(String)}, in single quotes. */
  public static String quoted(String text) {
    return "'" + shown(text) + "'";
  }

  /** A name, as {@link #shown}, in as many characters as a column holds. */
  public static String name(String name) {
    return shown(name, NAME_CODE_POINTS);
  }

  /** The first names in their order, and how many more there are. */
  public static String list(Collection<String> names) {
    String first =
        names.stream()
            .sorted()
            .limit(NAMES_SHOWN)
            .map(ForeignText::name)
            .collect(Collectors.joining(", "));
    int more = names.size() - NAMES_SHOWN;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  /**
   * The beginning of a text as it is, for a message that is escaped as a whole where it is shown.
   *
   * @param maxCodePoints after so many code points it is cut
   */
  public static String beginning(String text, int maxCodePoints) {
    return text.codePointCount(0, text.length()) <= maxCodePoints
        ? text
        : text.substring(0, text.offsetByCodePoints(0, maxCodePoints)) + "…";
  }

  private static void appendEscaped(StringBuilder shown, int codePoint) {
    if (codePoint == '\\') {
      shown.append("\\\\");
    } else if (codePoint == '\n') {
      shown.append("\\n");
    } else if (prints(codePoint)) {
      shown.appendCodePoint(codePoint);
    } else {
      shown.append(
          String.format(Locale.ROOT, codePoint <= 0xFFFF ? "\\u%04x" : "\\u{%x}", codePoint));
    }
  }

  private static boolean prints(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
