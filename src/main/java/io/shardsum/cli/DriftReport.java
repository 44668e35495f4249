package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.fleet.WeightSource;
import io.shardsum.history.Drift;
import io.shardsum.history.EngineState;
import io.shardsum.history.EngineStep;
import io.shardsum.history.FindingHistory;
import io.shardsum.history.FindingState;
import io.shardsum.history.FleetHistory;
import io.shardsum.history.LeftOutScan;
import io.shardsum.history.PastScan;
import io.shardsum.history.TensorChange;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The history of a fleet, for a person: drift first, then what else changed, then findings. */
final class DriftReport {

  private static final int LINES_OF_A_LIST = 40;
  private static final String NOT_KNOWN = "not known";

  private final FleetHistory history;
  private final ReportedChanges changes;

  DriftReport(FleetHistory history, ReportedChanges changes) {
    this.history = history;
    this.changes = changes;
  }

  void print(PrintWriter out) {
    out.println("Fleet " + ForeignText.name(history.fleet()) + ", " + scans());
    printDaysWithoutScan(out);
    for (LeftOutScan scan : history.leftOut()) {
      out.printf("Scan %s is left out: %s%n", scan.scanId(), TerminalText.line(scan.why()));
    }
    printNotLookedAt(out);
    out.println("Engines: " + states());
    printSteps("Drift", step -> step.state().isUnplanned(), out);
    if (changes == ReportedChanges.ALL) {
      printStanding(out);
    }
    printSteps("Other changes", DriftReport::isOtherChange, out);
    printSteps("Not compared", DriftReport::isNotCompared, out);
    printFindings("New findings", f -> f.isNew() && f.state().isOpen(), out);
    printFindings("Findings that are gone", f -> !f.state().isOpen(), out);
    printFindings("Findings still there", f -> isAsBefore(f, FindingState.STILL_THERE), out);
    printFindings("Not checked again", f -> isAsBefore(f, FindingState.NOT_CHECKED), out);
    out.println();
    DriftVerdict verdict = DriftVerdict.of(history, changes);
    out.println(verdict.text());
    if (verdict.exitCode() != ExitCode.EQUAL) {
      out.println(FindingLines.GUIDE);
    }
    out.println();
  }

  private String scans() {
    PastScan first = history.scans().get(0);
    PastScan last = history.last();
    if (history.scans().size() == 1) {
      return "scan %s of %s UTC".formatted(last.scanId(), time(last));
    }
    return "%s from %s to %s UTC"
        .formatted(NumberWords.count(history.scans().size(), "scan"), time(first), time(last));
  }

  private static String time(PastScan scan) {
    return TerminalText.minute(scan.startedAt());
  }

  private void printDaysWithoutScan(PrintWriter out) {
    List<LocalDate> days = history.daysWithoutScan();
    if (!days.isEmpty()) {
      out.printf(
          "No scan on %s: %s%n",
          NumberWords.count(days.size(), "day"),
          ForeignText.list(days.stream().map(LocalDate::toString).toList()));
    }
  }

  private void printNotLookedAt(PrintWriter out) {
    List<EngineStep> steps = history.notLookedAt();
    if (!steps.isEmpty()) {
      out.printf(
          "Not in this scan, shown as the last scan of them found them: %s%n",
          ForeignText.list(steps.stream().map(this::withAge).toList()));
    }
  }

  private String withAge(EngineStep step) {
    PastScan newest = step.comparedWith().orElseThrow();
    Duration age = Duration.between(newest.startedAt(), history.last().startedAt());
    return "%s (%s before)".formatted(engine(step), duration(age));
  }

  private String states() {
    return history.states().entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  private static boolean isOtherChange(EngineStep step) {
    return switch (step.state()) {
      case UPDATED, NOT_UPDATED, RESTORED, APPEARED, DISAPPEARED -> true;
      case DRIFTED, NOT_SCANNED, NOT_COMPARABLE, UNCHANGED -> false;
    };
  }

  private static boolean isNotCompared(EngineStep step) {
    return step.state() == EngineState.NOT_SCANNED || step.state() == EngineState.NOT_COMPARABLE;
  }

  private void printSteps(String title, Predicate<EngineStep> chosen, PrintWriter out) {
    List<EngineStep> steps =
        history.engines().stream()
            .flatMap(engine -> engine.steps().stream())
            .filter(chosen)
            .toList();
    if (steps.isEmpty()) {
      return;
    }
    TextTable table =
        new TextTable(
            "ENGINE", "STATE", "SCAN OF (UTC)", "REVISION", "RANKS", "TENSORS", "BYTES", "SINCE");
    for (EngineStep step : steps.subList(0, Math.min(LINES_OF_A_LIST, steps.size()))) {
      table.add(
          engine(step),
          step.state().name(),
          time(step.scan()),
          revision(step.declared()),
          ranks(step),
          tensors(step),
          bytes(step),
          step.comparedWith().map(DriftReport::time).orElse("-"));
    }
    out.println();
    out.println(title);
    table.print(out);
    printRest(steps.size(), out);
    if (steps.stream().anyMatch(step -> tensors(step).equals(NOT_KNOWN))) {
      out.println(
          "  not known: the tables no longer have the tensors of both scans (jobs/retention deletes old ones)");
    }
  }

  private static String engine(EngineStep step) {
    String name = ForeignText.name(step.engine());
    return step.source() == WeightSource.LIVE ? name + " (live)" : name;
  }

  private static String revision(EngineStep.Declared declared) {
    String now = declared.revision().map(ForeignText::name).orElse("-");
    return declared.revisionBefore().equals(declared.revision())
        ? now
        : declared.revisionBefore().map(ForeignText::name).orElse("-") + " -> " + now;
  }

  /** Which ranks it is about: those that changed, and those that an update left behind. */
  private static String ranks(EngineStep step) {
    List<Integer> named = step.state().isUnplanned() ? step.driftedRanks() : step.changedRanks();
    if (step.hashedRanks() < step.expectedRanks()) {
      String read = step.hashedRanks() + " of " + step.expectedRanks() + " read";
      return named.isEmpty() ? read : numbers(named) + ", " + read;
    }
    return named.isEmpty()
        ? "all " + step.expectedRanks()
        : numbers(named) + " of " + step.expectedRanks();
  }

  private static String numbers(List<Integer> ranks) {
    return ranks.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static String tensors(EngineStep step) {
    if (step.tensors().isEmpty()) {
      return step.changedRanks().isEmpty() ? "-" : NOT_KNOWN;
    }
    List<String> parts = new ArrayList<>();
    addCount(parts, step.tensors().get().changed(), "changed");
    addCount(parts, step.tensors().get().added(), "added");
    addCount(parts, step.tensors().get().removed(), "removed");
    return String.join(", ", parts);
  }

  /** A running engine does not say how long its tensors are. */
  private static String bytes(EngineStep step) {
    return step.tensors()
        .map(TensorChange::bytes)
        .filter(bytes -> bytes > 0)
        .map(TerminalText::bytes)
        .orElse("-");
  }

  private static void addCount(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(String.format(Locale.ROOT, "%,d %s", count, what));
    }
  }

  private void printStanding(PrintWriter out) {
    List<EngineStep> steps = history.standingDrift();
    if (steps.isEmpty()) {
      return;
    }
    out.println();
    out.println("Still different");
    for (EngineStep step : steps.subList(0, Math.min(LINES_OF_A_LIST, steps.size()))) {
      Drift drift = step.drift().orElseThrow();
      out.printf(
          "  %s, %s %s: since scan %s of %s (%s); last right: %s%n",
          engine(step),
          drift.ranks().size() == 1 ? "rank" : "ranks",
          numbers(drift.ranks()),
          drift.since().scanId(),
          time(drift.since()),
          duration(Duration.between(drift.since().startedAt(), history.last().startedAt())),
          step.lastRight()
              .map(scan -> "scan %s of %s".formatted(scan.scanId(), time(scan)))
              .orElse("not known"));
    }
    printRest(steps.size(), out);
  }

  private static String duration(Duration duration) {
    long hours = duration.toHours();
    return hours < 48
        ? NumberWords.count(hours, "hour")
        : NumberWords.count(duration.toDays(), "day");
  }

  private static boolean isAsBefore(FindingHistory fault, FindingState state) {
    return !fault.isNew() && fault.state() == state;
  }

  private void printFindings(String title, Predicate<FindingHistory> chosen, PrintWriter out) {
    List<FindingHistory> findings =
        history.findings().stream()
            .filter(fault -> changes == ReportedChanges.ALL || fault.isNew())
            .filter(chosen)
            .toList();
    if (findings.isEmpty()) {
      return;
    }
    out.println();
    out.println(title);
    for (FindingHistory fault : findings.subList(0, Math.min(LINES_OF_A_LIST, findings.size()))) {
      out.printf(
          "  %s (in %s since %s)%n",
          FindingLines.of(List.of(fault.finding())).get(0),
          NumberWords.count(fault.timesSeen(), "scan"),
          time(fault.firstSeen()));
    }
    printRest(findings.size(), out);
  }

  private static void printRest(int all, PrintWriter out) {
    if (all > LINES_OF_A_LIST) {
      out.printf(Locale.ROOT, "  and %d more: see --format json%n", all - LINES_OF_A_LIST);
    }
  }
}
