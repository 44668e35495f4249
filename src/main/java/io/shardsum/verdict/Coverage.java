package io.shardsum.verdict;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How much of a fleet was checked.
 *
 * @param parts by state, in the order of {@link CoverageState}; only those that are not empty
 * @param ages of all engines, the one that was verified the longest ago first
 * @param engines names of the engines with ranks in a state; none is skipped
 */
public record Coverage(
    List<Part> parts, List<EngineAge> ages, Map<CoverageState, Set<String>> engines) {

  /** Of a source without engines. */
  public static final Coverage NONE = new Coverage(List.of(), List.of(), Map.of());

  /** Copies the lists and the map. */
  public Coverage {
    parts = List.copyOf(parts);
    ages = List.copyOf(ages);
    engines = Map.copyOf(engines);
  }

  /**
   * What is in one state.
   *
   * @param skippedBecause by which pattern; present where the state is SKIPPED
   * @param engines how many have ranks in this state
   * @param tensors that were hashed, or skipped: of a rank that differs, those that differ are here
   *     in DIFFERENT, and the others where they belong
   * @param bytes of these tensors
   * @param expectedBytes in UNKNOWN, of these ranks: what follows from the checkpoint all the same
   */
  public record Part(
      CoverageState state,
      Optional<String> skippedBecause,
      long engines,
      long ranks,
      long tensors,
      long bytes,
      long expectedBytes) {}

  /**
   * When all ranks of an engine were verified, the last time.
   *
   * @param verifiedAt the beginning of that scan, or of the one that computed the oldest of the
   *     digests that it reused; empty: in no scan of these tables
   */
  public record EngineAge(String engine, Optional<Instant> verifiedAt, Age age) {}

  /** How long ago something was, in words. */
  public enum Age {
    /** Never. */
    NEVER("never"),
    /** It was verified before, and differs now. */
    DIFFERENT("different"),
    /** More than four weeks. */
    LONGER("longer"),
    /** Up to four weeks. */
    FOUR_WEEKS("4 weeks"),
    /** Up to seven days. */
    WEEK("week"),
    /** Up to 24 hours. */
    DAY("day");

    private final String word;

    Age(String word) {
      this.word = word;
    }

    /** As the view {@code coverage} has it. */
    public String word() {
      return word;
    }

    /** The age, at some time, of what was at an earlier time, if ever. */
    public static Age of(Optional<Instant> then, Instant now) {
      if (then.isEmpty()) {
        return NEVER;
      }
      Duration ago = Duration.between(then.get(), now);
      if (ago.compareTo(Duration.ofDays(1)) <= 0) {
        return DAY;
      }
      if (ago.compareTo(Duration.ofDays(7)) <= 0) {
        return WEEK;
      }
      return ago.compareTo(Duration.ofDays(28)) <= 0 ? FOUR_WEEKS : LONGER;
    }
  }
}
