package io.shardsum.live;

import java.util.List;
import java.util.Optional;

/**
 * Something wrong with the answer of one engine.
 *
 * @param ranks that it is about; none: the whole engine
 * @param expected what the digest should be, where it is about one
 * @param actual what it is
 * @param cause what is most likely behind it
 * @param detail one plain sentence; what a server said in it is as it came
 */
public record LiveProblem(
    LiveProblemKind kind,
    List<Integer> ranks,
    Optional<String> expected,
    Optional<String> actual,
    String cause,
    String detail) {

  /** Copies the list. */
  public LiveProblem {
    ranks = List.copyOf(ranks);
  }

  static LiveProblem of(LiveProblemKind kind, String cause, String detail) {
    return new LiveProblem(kind, List.of(), Optional.empty(), Optional.empty(), cause, detail);
  }

  static LiveProblem ofRanks(
      LiveProblemKind kind, List<Integer> ranks, String cause, String detail) {
    return new LiveProblem(kind, ranks, Optional.empty(), Optional.empty(), cause, detail);
  }

  static LiveProblem malformed(String detail) {
    return of(
        LiveProblemKind.MALFORMED_ANSWER,
        "not an answer of a weight checker, or one of a release that Shardsum does not know",
        detail);
  }
}
