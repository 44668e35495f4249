package io.shardsum.expect;

import io.shardsum.checksum.WeightDigest;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.recipe.TensorDigests;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What one rank of an engine must hold, with digests.
 *
 * @param rank its world rank
 * @param refused the tensors that it holds besides, of which nothing else is known
 */
public record HashedRank(int rank, List<HashedTensor> tensors, List<Refusal> refused) {

  /** A tensor that a rank must hold, with its digests. */
  public record HashedTensor(ExpectedTensor tensor, TensorDigests digests) {}

  /** Copies the lists. */
  public HashedRank {
    tensors = List.copyOf(tensors);
    refused = List.copyOf(refused);
  }

  /** The rank's digest; none if a tensor is refused. */
  public Optional<String> checksum() {
    return refused.isEmpty() ? Optional.of(WeightDigest.ofRank(checksums())) : Optional.empty();
  }

  /** What the rank's digest is over, by name. */
  public Map<String, String> checksums() {
    return tensors.stream()
        .collect(
            Collectors.toMap(
                hashed -> hashed.tensor().name(), hashed -> hashed.digests().ofRank()));
  }

  /** The bytes of all its tensors. */
  public long bytes() {
    return tensors.stream().mapToLong(hashed -> hashed.tensor().recipe().lengthBytes()).sum();
  }
}
