package io.shardsum.verdict;

import io.shardsum.verdict.Coverage.Age;
import io.shardsum.verdict.Coverage.EngineAge;
import io.shardsum.verdict.Coverage.Part;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Counts how much of a scan's fleet was checked. The view {@code coverage} counts the same. */
public final class CoverageCount {

  /** What is in one state, while it is being counted. */
  private static final class Tally {
    private final Set<String> engines = new HashSet<>();
    private long ranks;
    private long tensors;
    private long bytes;
    private long expectedBytes;

    void addRank(String engine, long moreTensors, long moreBytes) {
      engines.add(engine);
      ranks++;
      add(moreTensors, moreBytes);
    }

    void add(long moreTensors, long moreBytes) {
      tensors += moreTensors;
      bytes += moreBytes;
    }

    Part part(CoverageState state, Optional<String> skippedBecause) {
      return new Part(state, skippedBecause, engines.size(), ranks, tensors, bytes, expectedBytes);
    }
  }

  /** So much of a rank. */
  public record Amount(long tensors, long bytes) {

    /** Of which nothing differs by name. */
    public static final Amount NOTHING = new Amount(0, 0);
  }

  /**
   * What was left out of a rank.
   *
   * @param because the pattern
   */
  public record Skipped(String engine, String because, long tensors, long bytes) {}

  private final Map<CoverageState, Tally> states = new TreeMap<>();
  private final Map<String, Tally> skipped = new TreeMap<>();
  private final Map<String, Tally> notExpected = new TreeMap<>();
  private final Map<String, Set<CoverageState>> byEngine = new LinkedHashMap<>();

  /**
   * Counts.
   *
   * @param bytes hashed, by engine and rank
   * @param differing how much of each rank differs, where that is known
   * @param left what a pattern left out, by engine and rank
   */
  public CoverageCount(
      List<ComparedGroup> groups,
      List<Finding> findings,
      Map<RankOfEngine, Long> bytes,
      Map<RankOfEngine, Amount> differing,
      List<Skipped> left) {
    RankStates rankStates = new RankStates(findings);
    for (ComparedGroup group : groups) {
      for (RankCopy copy : group.copies()) {
        CoverageState state = rankStates.stateOf(group.label(), copy);
        RankOfEngine rank = new RankOfEngine(copy.engine(), copy.rank());
        long allBytes = bytes.get(rank);
        Amount different = differing.get(rank);
        if (state == CoverageState.DIFFERENT && different != null) {
          tally(state).addRank(copy.engine(), different.tensors(), different.bytes());
          addRest(
              rankStates.stateOfRest(group.label(), copy),
              copy.tensors() - different.tensors(),
              allBytes - different.bytes());
        } else {
          tally(state).addRank(copy.engine(), copy.tensors(), allBytes);
        }
        byEngine
            .computeIfAbsent(copy.engine(), any -> EnumSet.noneOf(CoverageState.class))
            .add(state);
      }
    }
    for (Skipped part : left) {
      skipped
          .computeIfAbsent(part.because(), any -> new Tally())
          .addRank(part.engine(), part.tensors(), part.bytes());
    }
  }

  private Tally tally(CoverageState state) {
    return states.computeIfAbsent(state, any -> new Tally());
  }

  private void addRest(CoverageState state, long tensors, long bytes) {
    if (tensors > 0 || bytes > 0) {
      tally(state).add(tensors, bytes);
    }
  }

  /**
   * Adds a rank of which something does not follow from a checkpoint, for one reason.
   *
   * @param tensors which do not
   * @param expectedBytes which do
   */
  public void addNotExpected(String engine, String reason, long tensors, long expectedBytes) {
    Tally tally = notExpected.computeIfAbsent(reason, any -> new Tally());
    tally.addRank(engine, tensors, 0);
    tally.expectedBytes += expectedBytes;
  }

  /**
   * Ends the count.
   *
   * @param now when this scan began
   * @param hashedAt by engine: when the scan began that computed the oldest of its digests
   */
  public Coverage coverage(Evidence evidence, Instant now, Map<String, Instant> hashedAt) {
    List<Part> parts = new ArrayList<>();
    states.forEach((state, tally) -> parts.add(tally.part(state, Optional.empty())));
    skipped.forEach(
        (because, tally) -> parts.add(tally.part(CoverageState.SKIPPED, Optional.of(because))));
    notExpected.forEach(
        (because, tally) -> parts.add(tally.part(CoverageState.UNKNOWN, Optional.of(because))));
    parts.sort(Comparator.comparing(Part::state));
    List<EngineAge> ages = new ArrayList<>();
    byEngine.forEach(
        (engine, found) ->
            ages.add(age(engine, found, evidence, now, hashedAt.getOrDefault(engine, now))));
    ages.sort(
        Comparator.comparing((EngineAge age) -> age.verifiedAt().orElse(Instant.MIN))
            .thenComparing(EngineAge::engine));
    Map<CoverageState, Set<String>> engines = new TreeMap<>();
    states.forEach((state, tally) -> engines.put(state, Set.copyOf(tally.engines)));
    return new Coverage(parts, ages, engines);
  }

  private static EngineAge age(
      String engine, Set<CoverageState> found, Evidence evidence, Instant now, Instant hashedAt) {
    Optional<Instant> verifiedAt =
        found.equals(EnumSet.of(CoverageState.VERIFIED))
            ? Optional.of(hashedAt)
            : evidence.lastVerified(engine).map(Evidence.LastVerified::startedAt);
    Age age =
        verifiedAt.isPresent() && found.contains(CoverageState.DIFFERENT)
            ? Age.DIFFERENT
            : Age.of(verifiedAt, now);
    return new EngineAge(engine, verifiedAt, age);
  }
}
