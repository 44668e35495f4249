package io.shardsum.verdict;

import io.shardsum.checksum.SglangChecksum;
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
      return withDigest(compared, sha256.orElseThrow());
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
        new Content(
            content.dtype(), content.shape(), checksum, content.sha256().map(before -> checksum)),
        now);
  }

  private HeldTensor withDigest(HeldTensor compared, String digest) {
    if (digest.equals(digest())) {
      return this;
    }
    if (digest.equals(compared.digest())) {
      return compared;
    }
    boolean second = content.sha256().isPresent();
    return new HeldTensor(
        new Content(
            content.dtype(),
            content.shape(),
            second ? content.checksum() : digest,
            second ? Optional.of(digest) : Optional.empty()),
        chunkSums);
  }

  private String digest() {
    return content.sha256().orElse(content.checksum());
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
