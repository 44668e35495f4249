package io.shardsum.history;

import io.shardsum.verdict.Severity;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The history of a fleet over a range of scans.
 *
 * @param scans of the range, oldest first, never empty
 * @param daysWithoutScan between the first and the last of them
 * @param engines by name, those that have a step in the range
 * @param ranks of the last scan, by engine and rank
 * @param findings those that have a step in the range, by engine (none last), rank, kind
 * @param leftOut scans of the fleet that are not looked at, and why
 */
public record FleetHistory(
    String fleet,
    List<PastScan> scans,
    List<LocalDate> daysWithoutScan,
    List<EngineHistory> engines,
    List<RankStep> ranks,
    List<FindingHistory> findings,
    List<LeftOutScan> leftOut) {

  /** Copies the lists. */
  public FleetHistory {
    scans = List.copyOf(scans);
    daysWithoutScan = List.copyOf(daysWithoutScan);
    engines = List.copyOf(engines);
    ranks = List.copyOf(ranks);
    findings = List.copyOf(findings);
    leftOut = List.copyOf(leftOut);
  }

  /** The same over the newest scans of the range only, or over all where there are fewer. */
  public FleetHistory newest(int count) {
    if (count >= scans.size()) {
      return this;
    }
    List<PastScan> newest = scans.subList(scans.size() - count, scans.size());
    Set<PastScan> kept = Set.copyOf(newest);
    return new FleetHistory(
        fleet,
        newest,
        daysWithoutScan.stream().filter(day -> day.isAfter(newest.get(0).date())).toList(),
        engines.stream().flatMap(engine -> engine.in(kept).stream()).toList(),
        ranks,
        findings.stream().flatMap(fault -> fault.in(kept).stream()).toList(),
        leftOut);
  }

  /** The newest scan of the range. */
  public PastScan last() {
    return scans.get(scans.size() - 1);
  }

  /** The engines in the newest scan, or missed in it. */
  public List<EngineStep> engineSteps() {
    return engines.stream()
        .map(EngineHistory::last)
        .filter(step -> step.scan().equals(last()))
        .toList();
  }

  /** The engines that the newest scan was not asked to look at, each with its newest scan. */
  public List<EngineStep> notLookedAt() {
    return engineSteps().stream()
        .filter(step -> step.state() == EngineState.NOT_SCANNED)
        .filter(step -> step.worst().isEmpty() && step.comparedWith().isPresent())
        .toList();
  }

  /** How many engines are in each state in the newest scan; only states that occur. */
  public Map<EngineState, Integer> states() {
    Map<EngineState, Integer> states = new EnumMap<>(EngineState.class);
    engineSteps().forEach(step -> states.merge(step.state(), 1, Integer::sum));
    return states;
  }

  /** The unplanned changes in the range, by engine and time. */
  public List<EngineStep> newDrift() {
    return steps().filter(step -> step.state().isUnplanned()).toList();
  }

  /** The engines that hold in the newest scan what they should not, whenever it began. */
  public List<EngineStep> standingDrift() {
    return engineSteps().stream().filter(step -> step.drift().isPresent()).toList();
  }

  /** The errors that are open at the end of the range, whenever they began. */
  public List<FindingHistory> openErrors() {
    return open(Severity.ERROR);
  }

  /** The warnings that are open at the end of the range: what could not be checked. */
  public List<FindingHistory> openWarnings() {
    return open(Severity.WARNING);
  }

  private List<FindingHistory> open(Severity severity) {
    return findings.stream()
        .filter(fault -> fault.finding().severity() == severity)
        .filter(fault -> fault.state().isOpen())
        .toList();
  }

  /** Whether something changed unplanned in the range, or is wrong at its end. */
  public boolean isDrifting() {
    return !newDrift().isEmpty() || !standingDrift().isEmpty() || !openErrors().isEmpty();
  }

  /** Whether something changed unplanned in the range, or went wrong in it and still is. */
  public boolean isNewlyDrifting() {
    return !newDrift().isEmpty() || openErrors().stream().anyMatch(FindingHistory::isNew);
  }

  private Stream<EngineStep> steps() {
    return engines.stream().flatMap(engine -> engine.steps().stream());
  }
}
