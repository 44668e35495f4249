package io.shardsum.report;

import io.shardsum.verdict.CoverageState;
import java.util.ArrayList;
import java.util.List;

/**
 * How many engines are in a state, and the part of the bar that stands for them.
 *
 * @param begin of the bar's 1,000 units
 * @param width of the bar's 1,000 units
 */
record StateCount(CoverageState state, long engines, double begin, double width) {

  private static final double BAR = 1_000;
  private static final double LEAST = 12;

  /** The states that there are, the worst first. Few engines among many can still be seen. */
  static List<StateCount> of(List<ReportedEngine> engines) {
    List<CoverageState> states = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    for (CoverageState state : ReportedEngine.WORST_FIRST) {
      long count = engines.stream().filter(engine -> engine.state() == state).count();
      if (count > 0) {
        states.add(state);
        counts.add(count);
      }
    }
    double shared = BAR - LEAST * states.size();
    List<StateCount> result = new ArrayList<>();
    double begin = 0;
    for (int index = 0; index < states.size(); index++) {
      double width = LEAST + shared * counts.get(index) / engines.size();
      result.add(new StateCount(states.get(index), counts.get(index), begin, width));
      begin += width;
    }
    return result;
  }

  /** How many engines, as a figure. */
  public String count() {
    return Figures.count(engines);
  }

  /** What the state is called. */
  public String word() {
    return StateWords.word(state);
  }

  /** Its sign. */
  public String sign() {
    return StateWords.sign(state);
  }
}
