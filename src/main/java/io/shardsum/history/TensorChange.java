package io.shardsum.history;

/**
 * What changed in some ranks, between the scans that hashed them.
 *
 * @param changed tensors with another dtype, shape or checksum
 * @param added tensors that were not there
 * @param removed tensors that are not there any more
 * @param bytes of all of these; changed ones as large as they are now
 * @param firstKey the first of them by name
 */
public record TensorChange(long changed, long added, long removed, long bytes, String firstKey) {

  /** How many tensors. */
  public long tensors() {
    return changed + added + removed;
  }

  TensorChange plus(TensorChange other) {
    return new TensorChange(
        changed + other.changed,
        added + other.added,
        removed + other.removed,
        bytes + other.bytes,
        firstKey.compareTo(other.firstKey) <= 0 ? firstKey : other.firstKey);
  }
}
