package io.shardsum.history;

import io.shardsum.fleet.WeightSource;
import java.util.Optional;

/**
 * A rank in the last scan of a range.
 *
 * @param source of its checksum: FILES or LIVE
 * @param status COMPLETE, MISSING, UNREADABLE or DUPLICATE
 * @param state as in the view {@code rank_states}: VERIFIED, DIFFERENT, HASHED_ONLY, UNREADABLE or
 *     MISSING
 * @param comparedWith the last scan before that hashed it in the same way
 * @param offSince since when it holds what it should not, by its own past; see {@link Drift}
 */
public record RankStep(
    String engine,
    WeightSource source,
    int rank,
    String status,
    String state,
    Optional<String> checksum,
    RankChange change,
    Optional<PastScan> comparedWith,
    Optional<PastScan> offSince) {}
