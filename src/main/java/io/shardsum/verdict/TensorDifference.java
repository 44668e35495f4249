package io.shardsum.verdict;

import java.util.Optional;

/**
 * A tensor that is not as it is expected to be.
 *
 * @param expected empty: there should be no such tensor
 * @param actual empty: there is none
 * @param expectedHolder a copy that is right; of this scan, if there is one
 * @param votes how many copies hold what; empty where a reference decided
 * @param around what the tensor stands among in the copy that is not right
 */
record TensorDifference(
    TensorName name,
    Optional<HeldTensor> expected,
    Optional<HeldTensor> actual,
    RankHolder expectedHolder,
    Optional<Votes> votes,
    Surroundings around) {

  Optional<Content> expectedContent() {
    return expected.map(HeldTensor::content);
  }

  Optional<Content> actualContent() {
    return actual.map(HeldTensor::content);
  }

  boolean isMatrix() {
    return actual.map(held -> held.content().isMatrix()).orElse(false);
  }

  /** Whether every MiB is other than expected, and they are not all zero. */
  boolean differsThroughout() {
    return actual.isPresent()
        && expected.isPresent()
        && actual.get().differsThroughout(expected.get())
        && !actual.get().isZero();
  }

  /** The same tensor, compared with what another rank should hold. */
  TensorDifference against(HeldTensor ofOtherRank, RankHolder holder) {
    return new TensorDifference(name, Optional.of(ofOtherRank), actual, holder, votes, around);
  }

  FindingKind kind() {
    if (actual.isEmpty()) {
      return FindingKind.MISSING_TENSOR;
    }
    if (expected.isEmpty()) {
      return FindingKind.EXTRA_TENSOR;
    }
    return actual.get().content().hasMetadataOf(expected.get().content())
        ? FindingKind.DAMAGED
        : FindingKind.DTYPE_OR_SHAPE;
  }
}
