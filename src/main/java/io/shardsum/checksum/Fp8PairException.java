package io.shardsum.checksum;

/**
 * A block-quantized pair that no engine can dequantize. The message says what was expected, and
 * what was found, but not of which tensors.
 */
public final class Fp8PairException extends Exception {

  private static final long serialVersionUID = 1;

  Fp8PairException(String message) {
    super(message);
  }
}
