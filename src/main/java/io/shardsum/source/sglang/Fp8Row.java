package io.shardsum.source.sglang;

import io.shardsum.source.sums.Sum;

/** What a row is to have of the dequantized bytes of a weight. */
public interface Fp8Row {

  /** Whether anything is asked of block-quantized pairs. */
  boolean hasFp8();

  /** Whether it has a column for the sum. */
  boolean hasFp8Sum();

  /** Whether it has a column for the SHA-256. */
  boolean hasFp8Sha256();

  /** Adds the sum of a piece of the weight, once it is there. */
  void fp8Sum(Sum sum);

  /**
   * All sums of a chunk were added.
   *
   * @param nan of the weight
   */
  void endFp8(FirstNan nan);

  /** Sets the SHA-256 of the weight. */
  void fp8Sha256(String hex);

  /** The weight has no dequantized checksum. */
  void noFp8(String why);
}
