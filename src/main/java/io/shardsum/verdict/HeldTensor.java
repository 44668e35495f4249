package io.shardsum.verdict;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.checksum.ZeroBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /**
   * The same tensor by another reading.
   *
   * @param compared what it was compared with: it holds that, if sums say so
   * @param sums of the chunks that were read, by number
   * @param sha256 of all of it, where no sums tell the two apart
   */
  public HeldTensor readAgain(
      HeldTensor compared, Map<Integer, Long> sums, Optional<String> sha256) {
    if (differingChunks(compared).isEmpty()) {
      return withSha256(compared, sha256.orElseThrow());
    }
    List<Long> now = new ArrayList<>(chunkSums);
    sums.forEach(now::set);
    if (now.equals(chunkSums)) {
      return this;
    }
    if (now.equals(compared.chunkSums)) {
      return compared;
    }
    String checksum =
        SglangChecksum.finish(now.stream().mapToLong(Long::longValue).reduce(0, Long::sum));
    return new HeldTensor(
        new Content(content.dtype(), content.shape(), Digests.ofSglang(checksum)), now);
  }

  private HeldTensor withSha256(HeldTensor compared, String sha256) {
    Optional<String> now = Optional.of(sha256);
    if (content.digests().sha256().isEmpty() || now.equals(content.digests().sha256())) {
      return this;
    }
    if (now.equals(compared.content.digests().sha256())) {
      return compared;
    }
    return new HeldTensor(
        new Content(content.dtype(), content.shape(), content.digests().withSha256(sha256)),
        chunkSums);
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

  /** Whether all of its bytes are zero, as far as sums tell. */
  boolean isZero() {
    return content.bytes().map(bytes -> ZeroBytes.haveSums(chunkSums, bytes)).orElse(false);
  }

  /** As {@link #isZero}, by SHA-256: zeros of that length must be hashed. */
  boolean isZeroBySha256() {
    Optional<String> ofZeros = content.bytes().map(ZeroBytes::sha256);
    return ofZeros.isPresent() && ofZeros.equals(content.digests().sha256());
  }

  /** Whether every MiB differs, as far as sums tell. */
  boolean differsThroughout(HeldTensor other) {
    return differingChunks(other).size() == chunkSums.size();
  }
}
