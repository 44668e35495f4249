package io.shardsum.verdict;

import io.shardsum.verdict.Explanation.OtherWeights.Part;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How much of a rank, of its files and of its layers the matrices are that hold other bytes. */
final class OtherMatrices {

  private static final double NEARLY_ALL = 0.9;
  private static final double MOST = 0.5;

  private final Map<String, Integer> byFile = new HashMap<>();
  private final Map<String, Integer> byLayer = new HashMap<>();
  private long all;
  private long ofRank;

  /** Counts the matrices among tensors of one rank of which every MiB differs. */
  OtherMatrices(List<TensorDifference> tensors) {
    for (TensorDifference tensor : tensors) {
      if (tensor.isMatrix()) {
        all++;
        ofRank = tensor.around().ofRank();
        byFile.merge(tensor.around().file(), 1, Integer::sum);
        Surroundings.layer(tensor.name()).ifPresent(layer -> byLayer.merge(layer, 1, Integer::sum));
      }
    }
  }

  /** Whether nearly all of the rank is other weights, or a part of it. */
  Part part() {
    return isShare(all, ofRank, NEARLY_ALL) ? Part.RANK : Part.TENSORS;
  }

  /** Whether a tensor is among what is other weights: the rank, a file or a layer. */
  boolean include(TensorDifference tensor) {
    Surroundings around = tensor.around();
    return isShare(all, ofRank, MOST)
        || isShare(byFile.getOrDefault(around.file(), 0), around.ofFile(), NEARLY_ALL)
        || isShare(
            Surroundings.layer(tensor.name())
                .map(layer -> byLayer.getOrDefault(layer, 0))
                .orElse(0),
            around.ofLayer(),
            NEARLY_ALL);
  }

  private static boolean isShare(long count, long of, double share) {
    return of > 0 && count >= share * of;
  }
}
