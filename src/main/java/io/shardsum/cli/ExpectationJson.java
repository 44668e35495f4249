package io.shardsum.cli;

import io.shardsum.expect.HashedExpectation;
import io.shardsum.expect.HashedRank;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.model.Topology;
import io.shardsum.safetensors.DType;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** An expectation as JSON; keys are the tables' column names. */
record ExpectationJson(
    Optional<String> engineChecksum,
    List<Rank> ranks,
    Iterator<Refused> refused,
    Iterator<Tensor> tensors) {

  static ExpectationJson of(HashedExpectation expectation) {
    return new ExpectationJson(
        expectation.checksum(),
        expectation.ranks().stream().map(rank -> Rank.of(rank, expectation.topology())).toList(),
        expectation.ranks().stream()
            .flatMap(rank -> rank.refused().stream().map(refusal -> Refused.of(rank, refusal)))
            .iterator(),
        expectation.ranks().stream()
            .flatMap(rank -> rank.tensors().stream().map(tensor -> Tensor.of(rank, tensor)))
            .iterator());
  }

  private record Rank(
      int rank,
      int tpRank,
      int tpSize,
      int ppRank,
      int ppSize,
      Optional<String> checksum,
      int tensors,
      int refused,
      long bytes) {

    static Rank of(HashedRank rank, Topology topology) {
      return new Rank(
          rank.rank(),
          topology.tpRankOf(rank.rank()),
          topology.tp(),
          topology.stageOf(rank.rank()),
          topology.pp(),
          rank.checksum(),
          rank.tensors().size(),
          rank.refused().size(),
          rank.bytes());
    }
  }

  private record Refused(int rank, String tensor, String reason) {

    static Refused of(HashedRank rank, Refusal refusal) {
      return new Refused(rank.rank(), refusal.tensor(), refusal.reason());
    }
  }

  private record Tensor(
      int rank,
      String tensor,
      DType dtype,
      List<Long> shape,
      long bytes,
      Optional<String> checksum,
      Optional<String> sha256) {

    static Tensor of(HashedRank rank, HashedRank.HashedTensor hashed) {
      return new Tensor(
          rank.rank(),
          hashed.tensor().name(),
          hashed.tensor().recipe().dtype(),
          hashed.tensor().recipe().shape(),
          hashed.tensor().recipe().lengthBytes(),
          hashed.digests().checksum(),
          hashed.digests().sha256());
    }
  }
}
