package io.shardsum.verdict;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How far each expected rank was checked, as its findings tell. The view {@code rank_states} says
 * the same in SQL.
 */
public final class RankStates {

  private final List<Finding> telling;

  /** Takes the findings of a scan that are about copies of one source. */
  public RankStates(List<Finding> findings) {
    this.telling =
        findings.stream()
            .filter(
                f ->
                    isError(f)
                        || f.is(FindingKind.UNVERIFIED)
                        || f.is(FindingKind.ALL_ZERO)
                        || f.is(FindingKind.NOT_CHECKED)
                        || f.is(FindingKind.TRANSIENT_READ))
            .toList();
  }

  /** The state of a copy of a comparison group. */
  public CoverageState stateOf(String group, RankCopy copy) {
    if (copy.status() == RankStatus.MISSING) {
      return CoverageState.MISSING;
    }
    if (copy.status() == RankStatus.UNKNOWN) {
      return CoverageState.UNKNOWN;
    }
    if (copy.status() == RankStatus.NOT_CHECKED) {
      return CoverageState.HASHED_ONLY;
    }
    if (copy.content().isEmpty()) {
      return CoverageState.UNREADABLE;
    }
    return about(group, copy).anyMatch(RankStates::isError)
        ? CoverageState.DIFFERENT
        : stateOfRest(group, copy);
  }

  /** The state of what does not differ in a copy that was read as a whole. */
  public CoverageState stateOfRest(String group, RankCopy copy) {
    return about(group, copy).allMatch(RankStates::isError)
        ? CoverageState.VERIFIED
        : CoverageState.HASHED_ONLY;
  }

  private Stream<Finding> about(String group, RankCopy copy) {
    return telling.stream().filter(finding -> isAbout(finding, group, copy));
  }

  private static boolean isError(Finding finding) {
    return finding.severity() == Severity.ERROR;
  }

  private static boolean isAbout(Finding finding, String group, RankCopy copy) {
    if (finding.engine().isEmpty()) {
      return finding.location().equals(Optional.of(group))
          && finding.rank().map(rank -> rank == copy.rankInReplica()).orElse(true);
    }
    return finding.engine().get().equals(copy.engine())
        && (finding.ranks().isEmpty() || finding.ranks().contains(copy.rank()));
  }
}
