package io.shardsum.verdict;

import java.util.Optional;

/**
 * A tensor that is not as it is expected to be.
 *
 * @param expected empty: there should be no such tensor
 * @param actual empty: there is none
 * @param expectedHolder a copy that is right; of this scan, if there is one
 * @param votes how many copies hold what; empty where a reference decided
 */
public record TensorDifference(
    TensorName name,
    Optional<HeldTensor> expected,
    Optional<HeldTensor> actual,
    RankHolder expectedHolder,
    Optional<String> votes) {

  Optional<Content> expectedContent() {
    return expected.map(HeldTensor::content);
  }

  Optional<Content> actualContent() {
    return actual.map(HeldTensor::content);
  }

  FindingKind kind() {
    if (actual.isEmpty()) {
      return FindingKind.MISSING_TENSOR;
    }
    if (expected.isEmpty()) {
      return FindingKind.EXTRA_TENSOR;
    }
    return actual.get().content().hasFormOf(expected.get().content())
        ? FindingKind.DAMAGED
        : FindingKind.DTYPE_OR_SHAPE;
  }
}
