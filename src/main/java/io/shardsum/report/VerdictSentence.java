package io.shardsum.report;

import io.shardsum.tables.Verdict;
import io.shardsum.verdict.CoverageState;
import io.shardsum.verdict.FindingKind;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The verdict in a sentence that can be read aloud. */
final class VerdictSentence {

  private static final int ENGINES_NAMED = 3;

  private final ScanReport report;

  VerdictSentence(ScanReport report) {
    this.report = report;
  }

  /** The engines that the sentence begins with; none where it is about more, or about nobody. */
  List<ReportedEngine> subjects() {
    Set<EngineKey> blamed = blamed();
    return blamed.size() > ENGINES_NAMED
        ? List.of()
        : report.engines().stream().filter(engine -> blamed.contains(engine.key())).toList();
  }

  /** The sentence, behind its subjects. */
  String text() {
    return switch (report.scan().verdict()) {
      case EQUAL -> equal();
      case DIFFERENT -> different();
      case INCOMPLETE ->
          "No copies differ, but %s could not be checked as a whole."
              .formatted(of(unverified(), engines()));
    };
  }

  /** What is true of the other engines. */
  String rest() {
    long verified = verified();
    if (report.scan().verdict() == Verdict.EQUAL) {
      if (!report.scan().readShare().isWhole()) {
        return "Not everything was read in this scan: see the notes.";
      }
      return report.findings().isEmpty()
          ? "Everything was checked."
          : "All that was found was checked; see the notes.";
    }
    String engines =
        verified == 0
            ? "No engine is verified as a whole"
            : "%s verified as a whole"
                .formatted(verified == 1 ? "1 engine is" : count(verified) + " engines are");
    long unchecked = unverified() - inState(CoverageState.DIFFERENT);
    return report.scan().verdict() == Verdict.INCOMPLETE || unchecked == 0
        ? engines + "."
        : "%s; %s could not be checked as a whole."
            .formatted(engines, unchecked == 1 ? "1 engine" : count(unchecked) + " engines");
  }

  private String equal() {
    return engines() == 1
        ? "The only engine holds what its reference holds."
        : "All %s engines hold what they should.".formatted(count(engines()));
  }

  private String different() {
    int blamed = blamed().size();
    if (differences().isEmpty()) {
      String told = blamed > ENGINES_NAMED ? of(blamed, engines()) + " " : "";
      return blamed == 1
          ? "reports a digest that does not match the tensors it reports."
          : told + "report digests that do not match the tensors they report.";
    }
    if (blamed == 0) {
      return "Copies differ in %s, and no majority says which are right."
          .formatted(of(inState(CoverageState.DIFFERENT), engines()));
    }
    if (blamed > ENGINES_NAMED) {
      return of(blamed, engines()) + " do not hold what they should.";
    }
    return blamed == 1 ? "does not hold what it should." : "do not hold what they should.";
  }

  private Set<EngineKey> blamed() {
    List<ReportedFinding> differences = differences();
    return (differences.isEmpty() ? report.findings() : differences)
        .stream()
            .filter(reported -> reported.finding().isDifference())
            .flatMap(reported -> reported.key().stream())
            .collect(Collectors.toSet());
  }

  /** Of what engines hold, not of what they say of it. */
  private List<ReportedFinding> differences() {
    return report.findings().stream()
        .filter(reported -> reported.finding().isDifference())
        .filter(reported -> !reported.finding().is(FindingKind.ENGINE_DIGEST_WRONG))
        .toList();
  }

  private long engines() {
    return report.engines().size();
  }

  private long verified() {
    return inState(CoverageState.VERIFIED);
  }

  private long unverified() {
    return engines() - verified();
  }

  private long inState(CoverageState state) {
    return report.engines().stream().filter(engine -> engine.state() == state).count();
  }

  private static String of(long some, long all) {
    return "%s of %s engines".formatted(count(some), count(all));
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
