package io.shardsum.scan.manifest;

import io.shardsum.verdict.ReadBy;
import io.shardsum.verdict.TensorName;
import java.util.List;
import java.util.Optional;

/**
 * A file of an engine, as it was read.
 *
 * @param path of the file
 * @param name of the file within the engine's directory; the path where it lies elsewhere
 * @param ranks whose it is
 * @param sha256 of the whole file; empty: it could not be hashed
 * @param reason why it could not
 * @param readBy what has read it
 * @param again where it does not have the digest that is expected, what a second reading gave
 * @param tensors what lies in it, where it does not have the digest that is expected
 */
record HashedWeights(
    String path,
    String name,
    List<Integer> ranks,
    Optional<String> sha256,
    String reason,
    ReadBy readBy,
    Optional<SecondHash> again,
    List<TensorName> tensors) {

  /** Copies the lists. */
  HashedWeights {
    ranks = List.copyOf(ranks);
    tensors = List.copyOf(tensors);
  }

  boolean isOutside() {
    return name.equals(path);
  }

  /** What its readings say; it must have been hashed. */
  FileVerdict verdict(String expected) {
    return FileVerdict.of(expected, sha256.orElseThrow(), again.flatMap(SecondHash::sha256));
  }

  /** The same, read again, with its tensors. */
  HashedWeights with(Optional<SecondHash> secondHash, List<TensorName> names) {
    return new HashedWeights(path, name, ranks, sha256, reason, readBy, secondHash, names);
  }
}
