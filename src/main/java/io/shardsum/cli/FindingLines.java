package io.shardsum.cli;

import io.shardsum.fleet.ComparisonGroup;
import io.shardsum.fleet.WeightSource;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Findings as lines: one for each thing that is to be said, with all it is true of. */
final class FindingLines {

  /** Where a person finds out what to do about findings. A release has the page, too. */
  static final String GUIDE = "What each finding means, and what to do: docs/findings.md";

  /** What is said of an engine, or of several, in the same words. */
  private record Said(
      WeightSource source, String ranks, String tensor, String kind, String detail, String file) {}

  private FindingLines() {}

  static List<String> of(List<Finding> findings) {
    Map<List<Object>, List<Finding>> ofRanks =
        findings.stream()
            .collect(
                Collectors.groupingBy(
                    f ->
                        List.of(
                            subject(f),
                            f.source(),
                            f.tensor(),
                            f.kind(),
                            f.detail(),
                            f.fileLocation()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    Map<Said, List<String>> subjects = new LinkedHashMap<>();
    ofRanks
        .values()
        .forEach(
            same ->
                subjects
                    .computeIfAbsent(said(same), any -> new ArrayList<>())
                    .add(shownSubject(same.get(0))));
    return subjects.entrySet().stream().map(e -> line(e.getValue(), e.getKey())).toList();
  }

  private static Said said(List<Finding> same) {
    Finding first = same.get(0);
    return new Said(
        first.source(),
        ranks(same),
        first.tensor().map(tensor -> ", " + ForeignText.name(tensor.key())).orElse(""),
        first.kind(),
        TerminalText.line(first.detail()),
        first.fileLocation().map(at -> "; in " + TerminalText.line(file(first, at))).orElse(""));
  }

  private static String line(List<String> subjects, Said said) {
    return subjects(subjects)
        + (said.source() == WeightSource.LIVE ? " (live)" : "")
        + said.ranks()
        + said.tensor()
        + ": "
        + said.kind()
        + ": "
        + said.detail()
        + said.file();
  }

  private static String subjects(List<String> subjects) {
    return subjects.size() == 1 ? ForeignText.name(subjects.get(0)) : ForeignText.list(subjects);
  }

  /** Without the byte, which the words on the damage have said. */
  private static String file(Finding finding, String location) {
    String atByte =
        finding.damage().map(damage -> ": byte " + damage.first().fileOffsetBytes()).orElse("");
    return location.endsWith(atByte)
        ? location.substring(0, location.length() - atByte.length())
        : location;
  }

  /** A finding of nobody in particular is about all copies of a comparison group, or the fleet. */
  private static String subject(Finding finding) {
    return finding.engine().orElseGet(() -> group(finding).orElse("fleet"));
  }

  private static String shownSubject(Finding finding) {
    return finding
        .engine()
        .orElseGet(() -> group(finding).map(ComparisonGroup::words).orElse("fleet"));
  }

  private static Optional<String> group(Finding finding) {
    return finding.isDifference() ? finding.location() : Optional.empty();
  }

  private static String ranks(List<Finding> findings) {
    List<Integer> ranks = findings.stream().flatMap(f -> f.rank().stream()).toList();
    return ranks.isEmpty() ? "" : ", " + NumberWords.ranks(ranks);
  }
}
