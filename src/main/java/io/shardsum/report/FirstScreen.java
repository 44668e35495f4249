package io.shardsum.report;

import io.shardsum.history.FleetHistory;
import io.shardsum.tables.Verdict;
import io.shardsum.text.ForeignText;
import io.shardsum.text.NumberWords;
import io.shardsum.verdict.Coverage.Age;
import io.shardsum.verdict.CoverageState;
import io.shardsum.verdict.ReadShare;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What is read without a script, in words and figures: the template asks for these. */
final class FirstScreen {

  /** An engine by its number in the data, which is how the page links to it. */
  record EngineLink(int number, String name) {}

  /** A row of the table of what was checked. */
  record CoverageLine(
      String sign,
      String state,
      String word,
      String because,
      String meaning,
      String expectedBytes,
      String engines,
      String ranks,
      String tensors,
      String bytes) {}

  /** When engines were verified as a whole, the last time. */
  record AgeLine(String css, String words, String engines) {}

  private static final int LINE_CODE_POINTS = 1_000;
  private static final int NOTES_OF_ENGINES = 10;

  private final ScanReport report;
  private final VerdictSentence sentence;

  FirstScreen(ScanReport report) {
    this.report = report;
    this.sentence = new VerdictSentence(report);
  }

  /** The fleet's name. */
  public String fleet() {
    return ShownText.shortened(report.scan().fleet());
  }

  /** The scan. */
  public ReportedScan scan() {
    return report.scan();
  }

  /** When the scan began. */
  public String startedAt() {
    return Figures.time(report.scan().startedAt());
  }

  /** The hosts that were slow; empty if none was. */
  public String slowHosts() {
    return report.scan().hosts().slowInWords().orElse("");
  }

  /** What had landed before the scan was resumed; empty if it was not. */
  public String resumed() {
    ReportedScan scan = report.scan();
    return scan.resumedRanks()
        .map(
            ranks ->
                "%s (%s of files) were in the tables already"
                    .formatted(
                        NumberWords.count(ranks, "rank"),
                        Figures.bytes(scan.resumedBytes().orElse(0L))))
        .orElse("");
  }

  /** How long it took. */
  public String duration() {
    long seconds =
        Duration.between(report.scan().startedAt(), report.scan().finishedAt()).toSeconds();
    return seconds < 120
        ? Figures.count(seconds, "second")
        : Figures.count(Math.round(seconds / 60.0), "minute");
  }

  /** {@code equal}, {@code different} or {@code incomplete}. */
  public String verdict() {
    return report.scan().verdict().name().toLowerCase(Locale.ROOT);
  }

  /** The sign of the verdict. */
  public String verdictSign() {
    Verdict verdict = report.scan().verdict();
    return switch (verdict) {
      case EQUAL -> "=";
      case DIFFERENT -> "≠";
      case INCOMPLETE -> "!";
    };
  }

  /** The engines that the verdict begins with. */
  public List<EngineLink> subjects() {
    return sentence.subjects().stream().map(this::link).toList();
  }

  private EngineLink link(ReportedEngine engine) {
    return new EngineLink(report.engines().indexOf(engine), engine.key().shown());
  }

  /** The verdict, behind its subjects. */
  public String sentence() {
    return sentence.text();
  }

  /** What else is to be said at once. */
  public String rest() {
    return sentence.rest();
  }

  /** Since when the engines that the verdict begins with are wrong, and when each was right. */
  public List<WrongSince> since() {
    return sentence.subjects().stream().map(engine -> WrongSince.of(engine, report)).toList();
  }

  /** What the page does not show: scans that are left out, engines that were not looked at. */
  public List<String> notes() {
    FleetHistory history = report.history().fleet();
    ReadShare share = report.scan().readShare();
    Stream<String> readShare =
        share.isWhole() ? Stream.of() : Stream.of(share.sentence(Figures::bytes) + ".");
    return Stream.concat(
            readShare,
            Stream.concat(
                history.leftOut().stream()
                    .map(scan -> "Scan %s is left out: %s.".formatted(scan.scanId(), scan.why())),
                history.notLookedAt().stream()
                    .map(
                        step ->
                            "This scan did not look at engine %s: the newest that did began on %s."
                                .formatted(
                                    ShownText.shortened(step.engine()),
                                    Figures.time(step.comparedWith().orElseThrow().startedAt())))
                    .limit(NOTES_OF_ENGINES)))
        .map(line -> ForeignText.shown(line, LINE_CODE_POINTS))
        .toList();
  }

  /** Engines by state. */
  public List<StateCount> states() {
    return StateCount.of(report.engines());
  }

  /** Such as {@code 6 engines}. */
  public String engineCount() {
    return Figures.count(report.engines().size(), "engine");
  }

  /** What is new since the scan before. */
  public News news() {
    return new News(report.history());
  }

  /** The part of the bytes that is verified, of those that were hashed. */
  public String verifiedPart() {
    return Figures.percent(bytes(CoverageState.VERIFIED), report.scan().bytes());
  }

  /** The bytes that are verified. */
  public String verifiedBytes() {
    return Figures.bytes(bytes(CoverageState.VERIFIED));
  }

  /** The bytes that were hashed. */
  public String hashedBytes() {
    return Figures.bytes(report.scan().bytes());
  }

  /** How many ranks were expected. */
  public String rankCount() {
    return Figures.count(report.scan().ranks());
  }

  /** How many tensors were hashed. */
  public String tensorCount() {
    return Figures.count(report.scan().tensors());
  }

  private long bytes(CoverageState state) {
    return report.coverage().stream()
        .filter(part -> part.state() == state)
        .mapToLong(ReportedPart::bytes)
        .sum();
  }

  /** How much is in each state. */
  public List<CoverageLine> coverage() {
    return report.coverage().stream()
        .sorted(Comparator.comparing(ReportedPart::state))
        .map(
            part ->
                new CoverageLine(
                    StateWords.sign(part.state()),
                    part.state().name(),
                    StateWords.word(part.state()),
                    part.skippedBecause().map(ShownText::shortened).orElse(""),
                    StateWords.meaning(part.state()),
                    part.expectedBytes() == 0 ? "" : Figures.bytes(part.expectedBytes()),
                    Figures.count(part.engines()),
                    Figures.count(part.ranks()),
                    Figures.count(part.tensors()),
                    Figures.bytes(part.bytes())))
        .toList();
  }

  /** How many engines were last verified when, the longest ago first. */
  public List<AgeLine> ages() {
    List<AgeLine> lines = new ArrayList<>();
    for (Age age : Age.values()) {
      long engines =
          report.engines().stream()
              .filter(engine -> engine.verifiedWithin().equals(age.word()))
              .count();
      if (engines > 0) {
        lines.add(new AgeLine(age.name(), words(age), Figures.count(engines, "engine")));
      }
    }
    return lines;
  }

  private static String words(Age age) {
    return switch (age) {
      case NEVER -> "never";
      case DIFFERENT -> "before, and different now";
      case LONGER -> "more than 4 weeks before";
      case FOUR_WEEKS -> "in the 4 weeks before";
      case WEEK -> "in the 7 days before";
      case DAY -> "by this scan, or in the 24 hours before";
    };
  }
}
