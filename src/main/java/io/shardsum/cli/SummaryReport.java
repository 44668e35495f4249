package io.shardsum.cli;

import io.shardsum.scan.Difference;
import io.shardsum.scan.EngineResult;
import io.shardsum.scan.Finding;
import io.shardsum.scan.ScanSummary;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A scan's result, for a person: engines and who agrees, what differs, what was not checked. */
final class SummaryReport {

  private static final int LINES_OF_A_LIST = 40;

  private final ScanSummary summary;
  private final Agreement agreement;

  SummaryReport(ScanSummary summary) {
    this.summary = summary;
    this.agreement = new Agreement(summary);
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "Fleet %s, scan %s: %s, %s, %s hashed in %.1f s%n%n",
        TerminalText.name(summary.request().inventory().fleet()),
        summary.request().scanId().text(),
        TerminalText.count(summary.engines().size(), "engine"),
        TerminalText.count(summary.tensors(), "tensor"),
        TerminalText.bytes(summary.bytes()),
        summary.readTimes().seconds());
    printEngines(out);
    printDifferences(out);
    printUnchecked(out);
    out.println();
    out.println(verdict());
    summary.accelerator().ifPresent(text -> out.println("Accelerator: " + text));
    out.println("Tables: " + TerminalText.line(summary.request().out()));
  }

  private void printEngines(PrintWriter out) {
    TextTable table = new TextTable("ENGINE", "MODEL", "RANKS", "CHECKSUM (START)", "AGREES WITH");
    for (EngineResult engine : summary.engines()) {
      table.add(
          TerminalText.name(engine.engine()),
          model(engine),
          engine.hashedRanks() + "/" + engine.expectedRanks(),
          engine.checksum().map(TerminalText::checksum).orElse("INCOMPLETE"),
          agreement.of(engine));
    }
    table.print(out);
  }

  private static String model(EngineResult engine) {
    return engine
        .model()
        .map(model -> model + engine.revision().map(r -> "@" + r).orElse(""))
        .map(TerminalText::name)
        .orElse("-");
  }

  private void printDifferences(PrintWriter out) {
    if (summary.differences().isEmpty()) {
      return;
    }
    out.println();
    out.println("Differences");
    List<Difference> differences = summary.differences();
    for (Difference difference : first(differences)) {
      out.printf(
          Locale.ROOT,
          "  %s, rank %d: %s%n",
          TerminalText.line(difference.group()),
          difference.rank(),
          difference.tensors() == 1
              ? "1 tensor differs"
              : TerminalText.count(difference.tensors(), "tensor") + " differ");
      agreement
          .campsAt(difference.group(), difference.rank())
          .forEach(
              (checksum, engines) ->
                  out.printf(
                      Locale.ROOT,
                      "    %s  %s: %s%n",
                      TerminalText.checksum(checksum),
                      TerminalText.count(engines.size(), "engine"),
                      TerminalText.list(engines)));
      difference
          .firstTensors()
          .forEach(tensor -> out.println("    tensor " + TerminalText.name(tensor)));
      if (difference.tensors() > difference.firstTensors().size()) {
        out.println("    ...");
      }
    }
    printRest(out, differences);
  }

  private void printUnchecked(PrintWriter out) {
    printFindings("Not checked", finding -> !finding.isSplit() && !finding.isInformational(), out);
    printFindings("Notes", Finding::isInformational, out);
  }

  private void printFindings(String title, Predicate<Finding> chosen, PrintWriter out) {
    List<String> lines = lines(summary.findings().stream().filter(chosen).toList());
    if (lines.isEmpty()) {
      return;
    }
    out.println();
    out.println(title);
    first(lines).forEach(line -> out.println("  " + line));
    printRest(out, lines);
  }

  /** A line for each thing that is to be said, with all the ranks of which it is true. */
  private static List<String> lines(List<Finding> findings) {
    Map<List<Object>, List<Finding>> alike =
        findings.stream()
            .collect(
                Collectors.groupingBy(
                    f -> List.of(f.engine(), f.kind(), f.detail()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    return alike.values().stream()
        .map(
            same ->
                same.get(0).engine().map(TerminalText::name).orElse("fleet")
                    + ranks(same)
                    + ": "
                    + same.get(0).kind()
                    + ": "
                    + TerminalText.line(same.get(0).detail()))
        .toList();
  }

  private static String ranks(List<Finding> findings) {
    List<Integer> ranks = findings.stream().flatMap(f -> f.rank().stream()).toList();
    return switch (ranks.size()) {
      case 0 -> "";
      case 1 -> ", rank " + ranks.get(0);
      default ->
          ", %s from %s to %s"
              .formatted(
                  TerminalText.count(ranks.size(), "rank"),
                  ranks.get(0),
                  ranks.get(ranks.size() - 1));
    };
  }

  private static <T> List<T> first(List<T> all) {
    return all.subList(0, Math.min(LINES_OF_A_LIST, all.size()));
  }

  private static void printRest(PrintWriter out, List<?> all) {
    if (all.size() > LINES_OF_A_LIST) {
      out.printf(Locale.ROOT, "  and %d more%n", all.size() - LINES_OF_A_LIST);
    }
  }

  private String verdict() {
    long incomplete = summary.engines().stream().filter(e -> !e.isComplete()).count();
    String unchecked =
        incomplete == 0 ? "" : ", " + TerminalText.count(incomplete, "engine") + " incomplete";
    return switch (summary.verdict()) {
      case EQUAL ->
          summary.findings().isEmpty()
              ? "EQUAL: everything was checked, and all copies are equal."
              : "EQUAL: all that was found was checked, and all copies are equal; see the notes.";
      case DIFFERENT -> "DIFFERENT: copies differ" + unchecked + ".";
      case INCOMPLETE ->
          "INCOMPLETE: no copies differ, but not everything could be checked" + unchecked + ".";
    };
  }
}
