package io.shardsum.expect.model;

import java.util.List;

/**
 * What one rank of an engine must hold.
 *
 * @param rank its world rank
 * @param refused the tensors that it holds besides, of which nothing else is known
 */
public record ExpectedRank(int rank, List<ExpectedTensor> tensors, List<Refusal> refused) {
  /** Copies the lists. */
  public ExpectedRank {
    tensors = List.copyOf(tensors);
    refused = List.copyOf(refused);
  }
}
