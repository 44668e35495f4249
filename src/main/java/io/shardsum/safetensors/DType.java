package io.shardsum.safetensors;

import java.util.List;

/**
 * The kinds of tensor element, each named as a header's {@code dtype} spells it.
 *
 * <p>All that the <a
 * href="https://github.com/huggingface/safetensors/blob/24b0b2857fef49be734b9ab72ce97c09bb25f5b9/safetensors/src/tensor.rs">reference</a>
 * knows, in its order of growing alignment.
 */
public enum DType {
  /** Boolean, one byte each. */
  BOOL(8),
  /** MX float, 4 bits: two elements to a byte. */
  F4(4),
  /** MX float, 6 bits, 2 of exponent and 3 of mantissa: four elements to three bytes. */
  F6_E2M3(6),
  /** MX float, 6 bits, 3 of exponent and 2 of mantissa: four elements to three bytes. */
  F6_E3M2(6),
  /** Unsigned 8-bit integer. */
  U8(8),
  /** Signed 8-bit integer. */
  I8(8),
  /** 8-bit float, 5 bits of exponent. */
  F8_E5M2(8),
  /** 8-bit float, 4 bits of exponent. */
  F8_E4M3(8),
  /** MX scale: 8 bits of exponent alone. */
  F8_E8M0(8),
  /** 8-bit float, 4 bits of exponent, without infinities and negative zero. */
  F8_E4M3FNUZ(8),
  /** 8-bit float, 5 bits of exponent, without infinities and negative zero. */
  F8_E5M2FNUZ(8),
  /** Signed 16-bit integer. */
  I16(16),
  /** Unsigned 16-bit integer. */
  U16(16),
  /** IEEE half precision. */
  F16(16),
  /** Brain float: the upper half of an {@link #F32}. */
  BF16(16),
  /** Signed 32-bit integer. */
  I32(32),
  /** Unsigned 32-bit integer. */
  U32(32),
  /** IEEE single precision. */
  F32(32),
  /** Complex number of two {@link #F32}. */
  C64(64),
  /** IEEE double precision. */
  F64(64),
  /** Signed 64-bit integer. */
  I64(64),
  /** Unsigned 64-bit integer. */
  U64(64);

  private final int bits;

  DType(int bits) {
    this.bits = bits;
  }

  /** The size of one element in bits; not a multiple of 8 for {@code F4} and {@code F6_*}. */
  public int bits() {
    return bits;
  }

  /**
   * The size in bits of a tensor of these dimensions, none of them negative.
   *
   * @throws ArithmeticException if the product, taken from the left, passes 2<sup>63</sup> - 1
   */
  long bitsOf(List<Long> shape) {
    long elementCount = 1;
    for (long dimension : shape) {
      elementCount = Math.multiplyExact(elementCount, dimension);
    }
    return Math.multiplyExact(elementCount, (long) bits);
  }
}
