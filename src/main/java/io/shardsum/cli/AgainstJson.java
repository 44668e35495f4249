package io.shardsum.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.shardsum.expect.ExpectationDifference;
import io.shardsum.expect.HashedExpectation;
import io.shardsum.expect.HashedRank;
import io.shardsum.safetensors.DType;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What an engine would hold otherwise with another checkpoint, as JSON. */
record AgainstJson(
    Optional<String> engineChecksum,
    Optional<String> againstEngineChecksum,
    Iterator<Difference> differences) {

  static AgainstJson of(
      HashedExpectation first, HashedExpectation other, List<ExpectationDifference> differences) {
    return new AgainstJson(
        first.checksum(), other.checksum(), differences.stream().map(Difference::of).iterator());
  }

  private record Difference(
      int rank,
      String tensor,
      String kind,
      Optional<Tensor> checkpoint,
      Optional<Tensor> against,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String reason) {

    static Difference of(ExpectationDifference difference) {
      return new Difference(
          difference.rank(),
          difference.tensor(),
          difference.kind().name().toLowerCase(Locale.ROOT),
          difference.one().map(Tensor::of),
          difference.other().map(Tensor::of),
          difference.detail());
    }
  }

  private record Tensor(
      DType dtype,
      List<Long> shape,
      String from,
      Optional<String> checksum,
      Optional<String> sha256) {

    static Tensor of(HashedRank.HashedTensor hashed) {
      return new Tensor(
          hashed.tensor().recipe().dtype(),
          hashed.tensor().recipe().shape(),
          hashed.tensor().recipe().toString(),
          hashed.digests().checksum(),
          hashed.digests().sha256());
    }
  }
}
