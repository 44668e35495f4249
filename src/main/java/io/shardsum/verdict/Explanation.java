package io.shardsum.verdict;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

/** Why a copy of a rank is not what it should be. */
sealed interface Explanation {

  /** The whole rank is another rank's. */
  record OtherRank(int rankInReplica) implements Explanation {}

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

  /** No tensor is there, where other copies have some. */
  record NoTensors() implements Explanation {}

  /** Tensors hold what the tensors of the same names in another rank should. */
  record OfOtherRank(int rankInReplica) implements Explanation {}

  /**
   * Tensors hold what tensors of other names should.
   *
   * @param origins where the bytes of each belong
   */
  record OfOtherTensors(Map<TensorName, Origin> origins) implements Explanation {
    public OfOtherTensors {
      origins = Collections.unmodifiableMap(new TreeMap<>(origins));
    }
  }

  /**
   * Tensors hold other weights: all of their bytes are others.
   *
   * @param part what they are of the rank
   */
  record OtherWeights(Part part) implements Explanation {
    /** How much of a rank is of other weights. */
    enum Part {
      /** All of it, but for what is the same in many weights. */
      RANK,
      /** Some of its tensors. */
      TENSORS
    }
  }

  /**
   * A tensor alone.
   *
   * @param ofPlace the rank whose content it should be, where its file holds that of another rank
   */
  record OfTensor(FindingKind kind, Optional<Integer> ofPlace) implements Explanation {
    OfTensor(FindingKind kind) {
      this(kind, Optional.empty());
    }
  }
}
