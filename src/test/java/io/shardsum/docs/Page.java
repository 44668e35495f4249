package io.shardsum.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the documentation: Markdown, as GitHub shows it. */
public record Page(Path path, List<String> lines) {
  private static final Pattern FENCE = Pattern.compile("\\s*```.*");
  private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");
  private static final Pattern HEADING = Pattern.compile("#{1,6} .*");

  /** README, CONTRIBUTING, bench's pages and all of docs. */
  public static List<Page> all() throws IOException {
    List<Page> pages = new ArrayList<>(docs());
    for (String name :
        List.of("README.md", "CONTRIBUTING.md", "bench/README.md", "bench/gpu/README.md")) {
      pages.add(of(name));
    }
    return pages;
  }

  /** The pages of docs. */
  public static List<Page> docs() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("docs"))) {
      List<Page> pages = new ArrayList<>();
      for (Path file : files.filter(f -> f.toString().endsWith(".md")).sorted().toList()) {
        pages.add(of(file.toString()));
      }
      return pages;
    }
  }

  /** One page. */
  public static Page of(String name) throws IOException {
    return new Page(Path.of(name), Files.readAllLines(Path.of(name)));
  }

  /** The lines of code blocks, fenced or indented; a command over several lines is one. */
  public List<String> code() {
    List<String> code = new ArrayList<>();
    boolean fenced = false;
    String before = "";
    for (String line : lines) {
      if (FENCE.matcher(line).matches()) {
        fenced = !fenced;
      } else if (fenced || line.startsWith("    ")) {
        String whole = before + line.strip();
        before = whole.endsWith("\\") ? whole.substring(0, whole.length() - 1) : "";
        if (before.isEmpty()) {
          code.add(whole);
        }
      }
    }
    return code;
  }

  /** The lines outside of code blocks, without code in them. */
  public List<String> prose() {
    List<String> prose = new ArrayList<>();
    boolean fenced = false;
    for (String line : lines) {
      if (FENCE.matcher(line).matches()) {
        fenced = !fenced;
      } else if (!fenced && !line.startsWith("    ")) {
        prose.add(INLINE_CODE.matcher(line).replaceAll("``"));
      }
    }
    return prose;
  }

  /** The names by which links find its headings, as GitHub makes them. */
  public Set<String> anchors() {
    Set<String> anchors = new HashSet<>();
    boolean fenced = false;
    for (String line : lines) {
      if (FENCE.matcher(line).matches()) {
        fenced = !fenced;
      } else if (!fenced && HEADING.matcher(line).matches()) {
        anchors.add(
            line.replaceFirst("^#+ ", "")
                .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-'));
      }
    }
    return anchors;
  }

  /** The rows of the table below a line, each by its cells. */
  public List<List<String>> tableBelow(String line) {
    return lines.stream()
        .dropWhile(l -> !l.equals(line))
        .dropWhile(l -> !l.startsWith("|"))
        .takeWhile(l -> l.startsWith("|"))
        .skip(2)
        .map(row -> Stream.of(row.split("(?<!\\\\)\\|")).skip(1).map(String::strip).toList())
        .toList();
  }
}
