package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.history.EngineStep;
import io.shardsum.history.FindingHistory;
import io.shardsum.history.FleetHistory;
import io.shardsum.text.NumberWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Whether a fleet drifts, in a sentence or two, and as an exit code. */
final class DriftVerdict {

  private final FleetHistory history;
  private final ReportedChanges told;
  private final List<FindingHistory> errors;

  private DriftVerdict(FleetHistory history, ReportedChanges told) {
    this.history = history;
    this.told = told;
    this.errors =
        history.openErrors().stream()
            .filter(fault -> told == ReportedChanges.ALL || fault.isNew())
            .toList();
  }

  static DriftVerdict of(FleetHistory history, ReportedChanges told) {
    return new DriftVerdict(history, told);
  }

  ExitCode exitCode() {
    boolean drift =
        switch (told) {
          case ALL -> history.isDrifting();
          case NEW -> history.isNewlyDrifting();
        };
    return drift ? ExitCode.DIFFERENT : ExitCode.EQUAL;
  }

  String text() {
    return switch (exitCode()) {
      case EQUAL -> "NO DRIFT." + unchecked();
      default -> "DRIFT: " + String.join(" ", faults());
    };
  }

  private String unchecked() {
    int warnings = history.openWarnings().size();
    return warnings == 0 || told == ReportedChanges.NEW
        ? ""
        : " Not everything could be checked: %s open."
            .formatted(warnings == 1 ? "1 warning is" : warnings + " warnings are");
  }

  private List<String> faults() {
    Set<String> changed = engines(history.newDrift());
    Set<String> different = engines(fault -> fault.finding().isDifference());
    if (told == ReportedChanges.ALL) {
      different.addAll(engines(history.standingDrift()));
    }
    different.removeAll(changed);
    Set<String> unread = engines(fault -> !fault.finding().isDifference());
    unread.removeAll(changed);
    unread.removeAll(different);
    long shared = errors.stream().filter(fault -> fault.finding().engine().isEmpty()).count();
    List<String> sentences = new ArrayList<>();
    if (!changed.isEmpty()) {
      sentences.add(
          NumberWords.count(changed.size(), "engine") + " changed, and nobody declared it.");
    }
    if (!different.isEmpty()) {
      String verb = different.size() == 1 ? "differs" : "differ";
      sentences.add(
          "%s %s%s."
              .formatted(
                  NumberWords.count(different.size(), "engine"),
                  isNews(different) ? "" : "still ",
                  verb));
    }
    if (!unread.isEmpty()) {
      sentences.add(
          NumberWords.count(unread.size(), "engine") + " could not be checked as a whole.");
    }
    if (shared > 0) {
      sentences.add("Copies differ, and no majority says which are right.");
    }
    if (changed.isEmpty()) {
      sentences.add("No new undeclared change in this range.");
    }
    return sentences;
  }

  private boolean isNews(Set<String> engines) {
    return errors.stream()
        .filter(FindingHistory::isNew)
        .anyMatch(fault -> fault.finding().engine().filter(engines::contains).isPresent());
  }

  private Set<String> engines(Predicate<FindingHistory> chosen) {
    return errors.stream()
        .filter(chosen)
        .flatMap(fault -> fault.finding().engine().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> engines(List<EngineStep> steps) {
    return steps.stream().map(EngineStep::engine).collect(Collectors.toCollection(TreeSet::new));
  }
}
