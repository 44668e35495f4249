package io.shardsum.verdict;

import java.util.SortedSet;

/** Why a copy of a rank is not what it should be. */
sealed interface Explanation {

  /** The whole rank is another rank's. */
  record OtherRank(int place) implements Explanation {}

  /** The whole rank is of another revision. */
  record OtherRevision(KnownRank known) implements Explanation {}

  /**
   * Tensors are of another revision.
   *
   * @param ofTensors in how many tensors the two revisions differ
   */
  record PartOfRevision(KnownRank known, long ofTensors) implements Explanation {}

  /** Tensors were exchanged with those of the same names in other ranks of the engine. */
  record ExchangedWithRanks(SortedSet<Integer> ranks) implements Explanation {}

  /** Tensors hold each other's bytes. */
  record ExchangedTensors() implements Explanation {}

  /** A tensor by itself. */
  record OfTensor(FindingKind kind) implements Explanation {}
}
