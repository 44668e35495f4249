package io.shardsum.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.exit.ExitCode;
import io.shardsum.fleet.ProblemKind;
import io.shardsum.verdict.FindingKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documentation says what is so: its links lead somewhere, its lists are those of the code. */
class PagesTest {
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final int README_BYTES = 9_000;

  @Test
  void everyLinkLeadsToAFileAndToAHeadingOfIt() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Page page : Page.all()) {
      for (String line : page.prose()) {
        Matcher link = LINK.matcher(line);
        while (link.find()) {
          if (!link.group(1).startsWith("https://") && !leadsSomewhere(page, link.group(1))) {
            broken.add(page.path() + ": " + link.group(1));
          }
        }
      }
    }

    assertThat(broken).isEmpty();
  }

  private static boolean leadsSomewhere(Page page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target =
        parts[0].isEmpty() ? page.path() : page.path().resolveSibling(parts[0]).normalize();
    return Files.exists(target)
        && (parts.length == 1 || Page.of(target.toString()).anchors().contains(parts[1]));
  }

  @Test
  void readmeIsShort() throws IOException {
    assertThat(Files.size(Path.of("README.md"))).isLessThanOrEqualTo(README_BYTES);
  }

  @Test
  void readmeNamesEveryPage() throws IOException {
    String readme = Files.readString(Path.of("README.md"));

    assertThat(Page.docs()).allSatisfy(page -> assertThat(readme).contains("(" + page.path()));
  }

  @Test
  void aPageSaysInItsFirstLineWhomItIsFor() throws IOException {
    assertThat(Page.docs())
        .allSatisfy(
            page ->
                assertThat(page.lines().get(0))
                    .as(page.path().toString())
                    .matches("For (whoever|everybody)\\b.*[.:].*"));
  }

  @Test
  void exitCodesAreThoseOfTheCode() throws IOException {
    List<String> codes =
        Arrays.stream(ExitCode.values()).map(code -> Integer.toString(code.number())).toList();

    for (String name : List.of("README.md", "docs/getting-started.md")) {
      assertThat(Page.of(name).tableBelow("## Exit codes").stream().map(row -> row.get(0)))
          .as(name)
          .containsExactlyElementsOf(codes);
    }
  }

  @Test
  void theRunbookHasASectionForEachKindOfFinding() throws IOException {
    List<String> lines = Page.of("docs/findings.md").lines();

    assertThat(
            lines.stream()
                .filter(line -> line.matches("### [A-Z_]+"))
                .map(line -> line.substring(4)))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(FindingKind.values()).map(Enum::name).toList());
    for (FindingKind kind : FindingKind.values()) {
      List<String> section =
          lines.subList(lines.indexOf("### " + kind) + 1, lines.size()).stream()
              .takeWhile(line -> !line.startsWith("#"))
              .filter(line -> line.startsWith("- **"))
              .map(line -> line.replaceAll("^- \\*\\*([^*]+)\\*\\*.*", "$1"))
              .toList();
      assertThat(section)
          .as(kind.name())
          .containsExactly("Means:", "How sure:", "Now:", "Next:", "It is not");
    }
  }

  @Test
  void theRunbookHasAKindBelowTheHeadingOfItsExitCode() throws IOException {
    List<String> lines = Page.of("docs/findings.md").lines();

    for (FindingKind kind : FindingKind.values()) {
      String above =
          lines.subList(0, lines.indexOf("### " + kind)).stream()
              .filter(line -> line.startsWith("## "))
              .reduce((one, next) -> next)
              .orElseThrow();
      assertThat(above).as(kind.name()).isIn(headings(kind));
    }
  }

  private static List<String> headings(FindingKind kind) {
    return switch (kind.severity()) {
      case ERROR -> List.of(kind.isDifference() ? "## Differences" : "## What could not be read");
      case WARNING -> List.of("## What was not compared");
      case INFO -> List.of("## Notes");
    };
  }

  @Test
  void theRunbookNamesWhatListingFiles() throws IOException {
    String findings = Files.readString(Path.of("docs/findings.md"));

    assertThat(Stream.of(ProblemKind.values()).map(Enum::name))
        .allSatisfy(kind -> assertThat(findings).contains(kind));
  }
}
