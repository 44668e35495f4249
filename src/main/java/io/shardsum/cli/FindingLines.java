package io.shardsum.cli;

import io.shardsum.fleet.WeightSource;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Findings as lines: one for each thing that is to be said, with all the ranks it is true of. */
final class FindingLines {

  private FindingLines() {}

  static List<String> of(List<Finding> findings) {
    Map<List<Object>, List<Finding>> alike =
        findings.stream()
            .collect(
                Collectors.groupingBy(
                    f ->
                        List.of(
                            f.engine(),
                            f.source(),
                            f.tensor(),
                            f.kind(),
                            f.detail(),
                            f.fileLocation()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    return alike.values().stream().map(FindingLines::line).toList();
  }

  private static String line(List<Finding> same) {
    Finding first = same.get(0);
    return subject(first)
        + (first.source() == WeightSource.LIVE ? " (live)" : "")
        + ranks(same)
        + first.tensor().map(tensor -> ", " + ForeignText.name(tensor.key())).orElse("")
        + ": "
        + first.kind()
        + ": "
        + TerminalText.line(first.detail())
        + first.fileLocation().map(at -> "; in " + TerminalText.line(file(first, at))).orElse("");
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
    boolean ofGroup = finding.isDifference() && finding.location().isPresent();
    return finding
        .engine()
        .map(ForeignText::name)
        .orElseGet(() -> ofGroup ? ForeignText.name(finding.location().orElseThrow()) : "fleet");
  }

  private static String ranks(List<Finding> findings) {
    List<Integer> ranks = findings.stream().flatMap(f -> f.rank().stream()).toList();
    return ranks.isEmpty() ? "" : ", " + NumberWords.ranks(ranks);
  }
}
