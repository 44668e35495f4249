package io.shardsum.verdict;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A tensor as one copy holds it.
 *
 * @param chunkSums one for each MiB; empty where the digest has none
 */
public record HeldTensor(Content content, List<Long> chunkSums) {

  /** Copies the list. */
  public HeldTensor {
    chunkSums = List.copyOf(chunkSums);
  }

  /** The numbers of the chunks that differ; empty where sums cannot tell. */
  public List<Integer> differingChunks(HeldTensor other) {
    if (chunkSums.size() != other.chunkSums.size()) {
      return List.of();
    }
    return IntStream.range(0, chunkSums.size())
        .filter(chunk -> !chunkSums.get(chunk).equals(other.chunkSums.get(chunk)))
        .boxed()
        .toList();
  }
}
