package io.shardsum.live;

import io.shardsum.fleet.LiveSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a running engine said, judged by itself.
 *
 * @param fetchedAt when the answer had come, or when its file was written
 * @param release the release of the engine as the form of its answer tells it; empty: unknown
 * @param ranks exactly the expected ones, ascending
 * @param checksum over all ranks, computed here; empty unless every expected rank is known
 * @param reported the engine's own digest
 * @param otherFields fields of the answer that no release known here has, as JSON
 */
public record LiveAnswer(
    LiveSpec spec,
    Instant fetchedAt,
    TensorDigest digest,
    Optional<AnsweredRelease> release,
    List<LiveRank> ranks,
    Optional<String> checksum,
    Optional<String> reported,
    Map<String, String> otherFields,
    List<LiveProblem> problems) {

  /** Copies lists and map. */
  public LiveAnswer {
    ranks = List.copyOf(ranks);
    problems = List.copyOf(problems);
    otherFields = Map.copyOf(otherFields);
  }
}
