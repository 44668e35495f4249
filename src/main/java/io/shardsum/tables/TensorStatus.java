package io.shardsum.tables;

/** What is known of a tensor: the column {@code status} of the table {@code tensors}. */
public enum TensorStatus {
  /** It has a checksum. */
  HASHED,
  /** The scale of a block-quantized weight: its value is in that weight's checksum. */
  PAIRED,
  /** A pattern left it out. */
  SKIPPED,
  /** It could not be read as a whole. */
  UNREADABLE,
  /** A running engine reports the digest of nothing. */
  NOT_CHECKED,
  /** What must be there does not follow from the checkpoint. */
  UNKNOWN
}
