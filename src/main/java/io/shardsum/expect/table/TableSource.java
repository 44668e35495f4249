package io.shardsum.expect.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A tensor of the checkpoint in a table: {@code name [rows, columns]}.
 *
 * @param name a linear module's is without {@code .weight}
 * @param dimensions outermost first
 */
record TableSource(String name, List<Dimension> dimensions) {
  private static final Pattern SOURCE =
      Pattern.compile("\\s*([^\\s\\[,]*)\\s*(?:\\[([^\\]]*)\\])?\\s*");
  private static final Pattern BRACES = Pattern.compile("\\{([^},]*,[^}]*)\\}");

  /**
   * Something that is cut as a whole: {@code count*unit}.
   *
   * @param count what ranks share
   * @param unit elements of each
   * @param multiple zeros are added up to a multiple of it; 1 for none
   */
  record Term(Expression count, Expression unit, long multiple) {
    private static final String PADDED = " padded ";

    static Term parse(String text) {
      int padded = text.indexOf(PADDED);
      String size = padded < 0 ? text : text.substring(0, padded);
      long multiple =
          padded < 0 ? 1 : Long.parseLong(text.substring(padded + PADDED.length()).strip());
      int star = topLevel(size, '*').get(0).length();
      return new Term(
          Expression.parse(size.substring(0, star)),
          Expression.parse(star == size.length() ? "1" : size.substring(star + 1)),
          multiple);
    }
  }

  /** Terms one after the other. */
  record Dimension(String text, List<Term> terms) {
    static Dimension parse(String text) {
      return new Dimension(text.strip(), topLevel(text, '+').stream().map(Term::parse).toList());
    }
  }

  /** Reads sources; of lists in braces, the first entries make one, the second ones the next. */
  static List<TableSource> parse(String text) {
    List<TableSource> sources = new ArrayList<>();
    for (String part : topLevel(text, ',')) {
      expanded(part).forEach(one -> sources.add(one(one)));
    }
    return sources;
  }

  private static TableSource one(String text) {
    Matcher matcher = SOURCE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no source; expected name [sizes]".formatted(text));
    }
    List<Dimension> dimensions =
        matcher.group(2) == null
            ? List.of()
            : topLevel(matcher.group(2), ',').stream().map(Dimension::parse).toList();
    return new TableSource(matcher.group(1), dimensions);
  }

  static List<String> expanded(String text) {
    Optional<String> first = BRACES.matcher(text).results().findFirst().map(r -> r.group(1));
    if (first.isEmpty()) {
      return List.of(text);
    }
    int count = first.get().split(",", -1).length;
    return IntStream.range(0, count).mapToObj(index -> expanded(text, index)).toList();
  }

  /** With the entry of that index of each list in braces. */
  static String expanded(String text, int index) {
    return BRACES
        .matcher(text)
        .replaceAll(
            found -> {
              String[] words = found.group(1).split(",", -1);
              if (index >= words.length) {
                throw new IllegalArgumentException(
                    "'%s': lists in braces of other lengths".formatted(text));
              }
              return Matcher.quoteReplacement(words[index].strip());
            });
  }

  /** Split outside of brackets, braces and parentheses. */
  private static List<String> topLevel(String text, char separator) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int begin = 0;
    for (int index = 0; index < text.length(); index++) {
      char c = text.charAt(index);
      if ("([{".indexOf(c) >= 0) {
        depth++;
      } else if (")]}".indexOf(c) >= 0) {
        depth--;
      } else if (c == separator && depth == 0) {
        parts.add(text.substring(begin, index));
        begin = index + 1;
      }
    }
    parts.add(text.substring(begin));
    return parts;
  }
}
