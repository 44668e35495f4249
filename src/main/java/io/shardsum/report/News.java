package io.shardsum.report;

import io.shardsum.history.EngineState;
import io.shardsum.history.FindingState;
import java.util.ArrayList;
import java.util.List;

/** What the reported scan says that the scan before it did not, in words: the template asks. */
final class News {

  /** A line: so many are in a state. */
  record Line(String css, String sign, String count, String words) {}

  private final ReportedHistory history;

  News(ReportedHistory history) {
    this.history = history;
  }

  /** How much was found that is new. */
  public String headline() {
    long news = history.faults(FindingState.NEW) + history.faults(FindingState.CAME_BACK);
    return news == 0 ? "Nothing new" : Figures.count(news, "new finding");
  }

  /** Since when. */
  public String since() {
    return history
        .before()
        .map(scan -> "since the scan of " + Figures.time(scan.startedAt()))
        .orElse("no earlier scan to compare with");
  }

  /** What happened to engines, then to findings; only what did. */
  public List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    for (EngineState state : EngineState.values()) {
      long engines = history.engines(state);
      if (engines > 0 && state != EngineState.UNCHANGED) {
        lines.add(
            new Line(
                "step-" + state,
                StepWords.sign(state),
                Figures.count(engines, "engine"),
                StepWords.word(state)));
      }
    }
    if (history.stillOff() > 0) {
      lines.add(
          new Line(
              "step-DRIFTED", "≠", Figures.count(history.stillOff(), "engine"), "still different"));
    }
    add(lines, "↩", FindingState.CAME_BACK, "came back");
    add(lines, "=", FindingState.STILL_THERE, "still there");
    add(lines, "?", FindingState.NOT_CHECKED, "not checked again");
    add(lines, "✓", FindingState.GONE, "gone");
    return lines;
  }

  private void add(List<Line> lines, String sign, FindingState state, String words) {
    long findings = history.faults(state);
    if (findings > 0) {
      lines.add(new Line("found-" + state, sign, Figures.count(findings, "finding"), words));
    }
  }
}
