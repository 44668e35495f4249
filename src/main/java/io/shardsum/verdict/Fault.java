package io.shardsum.verdict;

import java.util.List;

/**
 * A copy of a rank that is wrong, and why.
 *
 * @param tensors those that the explanation covers; none where it is about the whole rank
 * @param comparison of the rank as a whole
 */
record Fault(
    RankCopy copy, Explanation why, List<TensorDifference> tensors, Comparison comparison) {

  Fault {
    tensors = List.copyOf(tensors);
  }

  String engine() {
    return copy.engine();
  }
}
