package io.shardsum.cli;

import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.Coverage;
import io.shardsum.verdict.Coverage.Age;
import io.shardsum.verdict.Coverage.EngineAge;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** How much was checked, for a person. */
final class CoverageReport {

  private static final List<Age> OLDEST_FIRST =
      List.of(Age.NEVER, Age.DIFFERENT, Age.LONGER, Age.FOUR_WEEKS, Age.WEEK, Age.DAY);

  private final String title;
  private final Coverage coverage;

  /** What was checked of files. */
  CoverageReport(Coverage coverage) {
    this("COVERAGE", coverage);
  }

  /** What was checked of something, which the title names. */
  CoverageReport(String title, Coverage coverage) {
    this.title = title;
    this.coverage = coverage;
  }

  void print(PrintWriter out) {
    out.println();
    TextTable table = new TextTable(title, "ENGINES", "RANKS", "TENSORS", "BYTES");
    for (Coverage.Part part : coverage.parts()) {
      table.add(
          state(part),
          count(part.engines()),
          count(part.ranks()),
          count(part.tensors()),
          TerminalText.bytes(part.bytes()));
    }
    table.print(out);
    for (Age age : OLDEST_FIRST) {
      List<String> engines =
          coverage.ages().stream()
              .filter(engine -> engine.age() == age)
              .map(EngineAge::engine)
              .toList();
      if (!engines.isEmpty()) {
        out.println(
            words(age)
                + ": "
                + NumberWords.count(engines.size(), "engine")
                + (age == Age.DAY ? "" : ": " + ForeignText.list(engines)));
      }
    }
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String state(Coverage.Part part) {
    String words =
        switch (part.state()) {
          case VERIFIED -> "verified";
          case DIFFERENT -> "different";
          case HASHED_ONLY -> "not compared";
          case SKIPPED -> "skipped";
          case UNREADABLE -> "unreadable";
          case MISSING -> "missing";
          case UNKNOWN -> "unknown";
        };
    String because = part.skippedBecause().map(why -> ": " + ForeignText.name(why)).orElse("");
    String rest =
        part.expectedBytes() == 0
            ? ""
            : " (expected of these ranks: %s)".formatted(TerminalText.bytes(part.expectedBytes()));
    return words + because + rest;
  }

  private static String words(Age age) {
    return switch (age) {
      case NEVER -> "Never verified as a whole";
      case DIFFERENT -> "Verified as a whole before, and different now";
      case LONGER -> "Last verified as a whole more than 4 weeks ago";
      case FOUR_WEEKS -> "Last verified as a whole in the last 4 weeks";
      case WEEK -> "Last verified as a whole in the last 7 days";
      case DAY -> "Verified as a whole in the last 24 hours";
    };
  }
}
