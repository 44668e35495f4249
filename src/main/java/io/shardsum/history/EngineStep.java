package io.shardsum.history;

import io.shardsum.fleet.WeightSource;
import io.shardsum.verdict.CoverageState;
import java.util.List;
import java.util.Optional;

/**
 * An engine in a scan, and how it stands to the scans before.
 *
 * @param source of its checksums: FILES or LIVE; each has a history of its own
 * @param comparedWith the last scan before that hashed a rank of it in the same way
 * @param declared what the description says of it, {@code before} in the last scan that had it
 * @param checksum empty unless all ranks were read
 * @param bytes that were hashed
 * @param changedRanks whose content is another than before, ascending
 * @param driftedRanks changed without a plan, or left behind by an update; only where DRIFTED
 * @param tensors what changed in the changed ranks; empty where nothing did, or the rows of tensors
 *     are no longer in the tables
 * @param worst the worst state of its ranks in this scan; empty where the scan does not have it
 * @param firstSeen the first scan that has it
 * @param lastRight the last scan, up to this one, that read it as a whole, found no error in it and
 *     no drift; where digests were reused, the scan that computed the oldest of them
 * @param drift what is off, if anything is, whenever it began
 */
public record EngineStep(
    PastScan scan,
    String engine,
    WeightSource source,
    EngineState state,
    Optional<PastScan> comparedWith,
    Declared declared,
    int expectedRanks,
    int hashedRanks,
    Optional<String> checksum,
    long bytes,
    List<Integer> changedRanks,
    List<Integer> driftedRanks,
    Optional<TensorChange> tensors,
    Optional<CoverageState> worst,
    PastScan firstSeen,
    Optional<PastScan> lastRight,
    Optional<Drift> drift) {

  /** What a description says of an engine, in this scan and in the one before that had it. */
  public record Declared(
      Optional<String> model,
      Optional<String> revision,
      String group,
      Optional<String> modelBefore,
      Optional<String> revisionBefore) {}

  /** Copies the lists. */
  public EngineStep {
    changedRanks = List.copyOf(changedRanks);
    driftedRanks = List.copyOf(driftedRanks);
  }

  /** Whether copies of it differ from what they should be, or from each other, in this scan. */
  public boolean isDifferent() {
    return worst.equals(Optional.of(CoverageState.DIFFERENT));
  }

  EngineStep with(TensorChange change) {
    return new EngineStep(
        scan,
        engine,
        source,
        state,
        comparedWith,
        declared,
        expectedRanks,
        hashedRanks,
        checksum,
        bytes,
        changedRanks,
        driftedRanks,
        Optional.of(change),
        worst,
        firstSeen,
        lastRight,
        drift);
  }
}
