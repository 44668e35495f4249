package io.shardsum.source.sglang;

import io.shardsum.checksum.BlockFp8;

/** What a tensor is in a block-quantized pair. */
public sealed interface Fp8Half {

  /** The weight, of which the dequantized bytes are hashed. */
  record Weight(BlockFp8 pair, TensorPlace scale) implements Fp8Half {}

  /**
   * A weight that the engine cannot dequantize, or whose scale could not be read.
   *
   * @param why not
   */
  record UnusableWeight(String why) implements Fp8Half {}

  /** The scale, which is hashed with its weight. */
  record Scale() implements Fp8Half {}
}
