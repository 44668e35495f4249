package io.shardsum.cli;

import io.shardsum.cli.RetentionCommand.Done;
import io.shardsum.history.KeepReason;
import io.shardsum.history.RetainedScan;
import io.shardsum.history.RetainedScan.Fate;
import io.shardsum.history.RetentionPlan;
import io.shardsum.history.RetentionRules;
import io.shardsum.tables.Compaction;
import io.shardsum.tables.Leftover;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What stays and what goes, for people. */
final class RetentionReport {

  private RetentionReport() {}

  static void print(RetentionPlan plan, RetentionRules rules, PrintWriter out) {
    Map<String, List<RetainedScan>> fleets =
        plan.scans().stream()
            .collect(
                Collectors.groupingBy(
                    scan -> scan.scan().fleet(), LinkedHashMap::new, Collectors.toList()));
    fleets.forEach((fleet, scans) -> print(fleet, scans, rules, out));
    if (!plan.leftovers().isEmpty()) {
      out.println("Left by scans that did not finish");
      TextTable table = new TextTable("DIRECTORY", "BYTES");
      for (Leftover leftover : plan.leftovers()) {
        table.add(TerminalText.line(leftover.name()), TerminalText.bytes(leftover.bytes()));
      }
      table.print(out);
      out.println();
    }
  }

  private static void print(
      String fleet, List<RetainedScan> scans, RetentionRules rules, PrintWriter out) {
    List<RetainedScan> old =
        scans.stream().filter(scan -> !scan.reasons().contains(KeepReason.YOUNG)).toList();
    out.printf(
        "Fleet %s: %s, %s of them began before %s UTC%n",
        ForeignText.name(fleet),
        NumberWords.count(scans.size(), "scan"),
        Integer.toString(old.size()),
        TerminalText.minute(rules.oldBefore()));
    if (!old.isEmpty()) {
      TextTable table = new TextTable("OLD SCAN", "BEGAN (UTC)", "TENSORS", "REST", "");
      for (RetainedScan scan : old) {
        table.add(
            ForeignText.name(scan.scan().scanId()),
            TerminalText.minute(scan.scan().startedAt()),
            TerminalText.bytes(scan.stored().tensorBytes()),
            TerminalText.bytes(scan.stored().otherBytes()),
            fate(scan));
      }
      table.print(out);
    }
    out.println();
  }

  private static String fate(RetainedScan scan) {
    return switch (scan.fate()) {
      case KEPT ->
          scan.reasons().stream()
              .map(KeepReason::words)
              .collect(Collectors.joining("; ", "kept: ", ""));
      case HISTORY -> "tensors were deleted before";
      case TENSORS_GO -> "delete tensors";
      case ALL_GOES -> "delete all";
    };
  }

  static void printOutcome(RetentionPlan plan, Done done, int faults, PrintWriter out) {
    if (plan.isEmpty()) {
      out.println("Nothing to delete.");
      return;
    }
    List<String> parts = new ArrayList<>();
    add(parts, plan, Fate.TENSORS_GO, "the tensors of ");
    add(parts, plan, Fate.ALL_GOES, "all of ");
    if (!plan.leftovers().isEmpty()) {
      parts.add(
          NumberWords.count(plan.leftovers().size(), "leftover") + " of scans that did not finish");
    }
    String what =
        "%s: %s".formatted(String.join(", ", parts), TerminalText.bytes(plan.droppedBytes()));
    switch (done) {
      case NOTHING ->
          out.printf("Would delete %s. Nothing was deleted: that needs --delete.%n", what);
      case DROPPED ->
          out.println(
              faults == 0
                  ? "Deleted " + what + "."
                  : "Deleted %s, except %s that could not be deleted."
                      .formatted(what, Integer.toString(faults)));
    }
  }

  static void print(Compaction.Outcome compaction, PrintWriter out) {
    for (Compaction.Month month : compaction.months()) {
      out.printf(
          "Gathered %s of %s in one file of each table, %s of them new there.%n",
          NumberWords.count(month.scans(), "scan"), month.month(), Integer.toString(month.added()));
    }
    if (compaction.removed() > 0) {
      out.printf(
          "Removed %s that gathered files had replaced.%n",
          NumberWords.count(compaction.removed(), "partition"));
    }
    if (compaction.months().isEmpty() && compaction.removed() == 0) {
      out.println("Nothing to gather.");
    }
  }

  private static void add(List<String> parts, RetentionPlan plan, Fate fate, String words) {
    long scans = plan.scans().stream().filter(scan -> scan.fate() == fate).count();
    if (scans > 0) {
      parts.add(words + NumberWords.count(scans, "scan"));
    }
  }
}
