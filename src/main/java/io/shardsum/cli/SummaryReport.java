package io.shardsum.cli;

import io.shardsum.fleet.WeightSource;
import io.shardsum.scan.ScanSummary;
import io.shardsum.scan.canary.CanaryResult;
import io.shardsum.scan.plan.Resumed;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.Verdict;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.AgreementWords;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.ReadShare;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** A scan's result, for a person: engines and who agrees, what is wrong, what was not checked. */
final class SummaryReport {

  private static final int LINES_OF_A_LIST = 40;

  private final ScanSummary summary;
  private final AgreementWords agreement;

  SummaryReport(ScanSummary summary) {
    this.summary = summary;
    this.agreement =
        AgreementWords.of(WeightSource.FILES, summary.files().agreements(), summary.findings());
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "Fleet %s, scan %s: %s, %s, %s hashed%s%n%n",
        ForeignText.name(summary.request().inventory().fleet()),
        summary.request().scanId().text(),
        NumberWords.count(summary.files().engines().size(), "engine"),
        NumberWords.count(summary.tensors(), "tensor"),
        TerminalText.bytes(summary.readBytes()),
        summary.resumed().isPresent() ? "" : inSeconds());
    summary.resumed().ifPresent(resumed -> out.printf("%s%n%n", words(resumed)));
    if (!summary.readShare().isWhole()) {
      out.println(summary.readShare().sentence(TerminalText::bytes));
      out.println();
    }
    if (!summary.files().engines().isEmpty()) {
      printEngines(out);
    }
    new LiveReport(summary).print(out);
    printFindings("Wrong", Finding::isDifference, out);
    printFindings("Not checked", f -> !f.isDifference() && !f.isInformational(), out);
    printFindings("Notes", Finding::isInformational, out);
    if (!summary.files().engines().isEmpty()) {
      new CoverageReport(summary.files().coverage()).print(out);
    }
    if (!summary.live().engines().isEmpty()) {
      new CoverageReport("COVERAGE, LIVE", summary.live().coverage()).print(out);
    }
    out.println();
    out.println(verdict());
    if (summary.verdict() != Verdict.EQUAL) {
      out.println(FindingLines.GUIDE);
    }
    if (summary.canaries().shards() > 0) {
      out.println(canaries(summary.canaries()));
    }
    summary
        .readTimes()
        .hosts()
        .slowInWords()
        .ifPresent(hosts -> out.println("Slow hosts: " + hosts));
    summary.accelerator().ifPresent(text -> out.println("Accelerator: " + text));
    out.println("Tables: " + TerminalText.line(summary.request().out()));
  }

  private String words(Resumed resumed) {
    return "Resumed: %s (%s of files) were in the tables already; %s were read now%s."
        .formatted(
            NumberWords.count(resumed.ranks(), "rank"),
            TerminalText.bytes(resumed.bytes()),
            TerminalText.bytes(summary.readTimes().bytes()),
            inSeconds());
  }

  private String inSeconds() {
    return String.format(Locale.ROOT, " in %.1f s", summary.readTimes().seconds());
  }

  /** There is no summary of a scan that did not find them. */
  private static String canaries(CanaryResult canaries) {
    return String.format(
        Locale.ROOT,
        "Canaries: the scan flipped a bit in %d of %d test shards, and found exactly these.",
        canaries.found(),
        canaries.shards());
  }

  private void printEngines(PrintWriter out) {
    List<EngineResult> engines = summary.files().engines();
    boolean onHosts = engines.stream().anyMatch(engine -> engine.host().isPresent());
    List<String> titles =
        new ArrayList<>(List.of("ENGINE", "MODEL", "RANKS", "CHECKSUM (START)", "AGREES WITH"));
    if (onHosts) {
      titles.add(1, "HOST");
    }
    TextTable table = new TextTable(titles.toArray(String[]::new));
    for (EngineResult engine : engines) {
      List<String> cells =
          new ArrayList<>(
              List.of(
                  ForeignText.name(engine.engine()),
                  model(engine),
                  engine.hashedRanks() + "/" + engine.expectedRanks(),
                  engine.checksum().map(TerminalText::checksum).orElse("INCOMPLETE"),
                  engine.isComplete() ? agreement.words(engine.engine()) : "-"));
      if (onHosts) {
        cells.add(1, engine.host().orElse("-"));
      }
      table.add(cells.toArray(String[]::new));
    }
    table.print(out);
  }

  private static String model(EngineResult engine) {
    return engine
        .model()
        .map(model -> model + engine.revision().map(r -> "@" + r).orElse(""))
        .map(ForeignText::name)
        .orElse("-");
  }

  private void printFindings(String title, Predicate<Finding> chosen, PrintWriter out) {
    List<String> lines = FindingLines.of(summary.findings().stream().filter(chosen).toList());
    if (lines.isEmpty()) {
      return;
    }
    out.println();
    out.println(title);
    lines.stream().limit(LINES_OF_A_LIST).forEach(line -> out.println("  " + line));
    if (lines.size() > LINES_OF_A_LIST) {
      out.printf(
          Locale.ROOT,
          "  and %d more: see --format json, or the table findings%n",
          lines.size() - LINES_OF_A_LIST);
    }
  }

  private String what() {
    boolean copies =
        summary.findings().stream()
            .anyMatch(f -> f.isDifference() && !f.is(FindingKind.ENGINE_DIGEST_WRONG));
    return copies
        ? "copies differ"
        : "an engine reports a digest that does not match the tensors it reports";
  }

  private String verdict() {
    long incomplete =
        summary.results().stream()
            .flatMap(result -> result.engines().stream())
            .filter(engine -> !engine.isComplete())
            .map(EngineResult::engine)
            .distinct()
            .count();
    String unchecked =
        incomplete == 0 ? "" : ", " + NumberWords.count(incomplete, "engine") + " incomplete";
    return switch (summary.verdict()) {
      case EQUAL -> equal();
      case DIFFERENT -> "DIFFERENT: " + what() + unchecked + ".";
      case INCOMPLETE ->
          "INCOMPLETE: no copies differ, but not everything could be checked" + unchecked + ".";
    };
  }

  private String equal() {
    ReadShare share = summary.readShare();
    if (!share.isWhole()) {
      return "EQUAL: all copies are equal. Not everything was read in this scan: the oldest digest is "
          + share.age()
          + " old"
          + (summary.findings().isEmpty() ? "." : "; see the notes.");
    }
    return summary.findings().isEmpty()
        ? "EQUAL: everything was checked, and all copies are equal."
        : "EQUAL: all that was found was checked, and all copies are equal; see the notes.";
  }
}
