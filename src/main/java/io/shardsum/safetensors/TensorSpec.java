package io.shardsum.safetensors;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A tensor to be written: all of its header entry but the place, which the writer gives it.
 *
 * @param name the tensor's name, not {@code __metadata__}
 * @param dtype the kind of its elements
 * @param shape its dimensions, outermost first; empty for a single element
 */
public record TensorSpec(String name, DType dtype, List<Long> shape) {

  /**
   * Copies the shape.
   *
   * @throws IllegalArgumentException if the name has a lone surrogate or is {@code __metadata__}, a
   *     dimension is negative, or the elements overflow 2<sup>63</sup> - 1 bits or do not fill
   *     whole bytes
   */
  public TensorSpec {
    requireNonNull(name, "name is null");
    requireNonNull(dtype, "dtype is null");
    shape = List.copyOf(shape);
    if (name.equals(HeaderJson.METADATA_KEY) || HeaderTokens.hasLoneSurrogate(name)) {
      throw new IllegalArgumentException("Invalid tensor name: " + HeaderText.quoted(name));
    }
    if (shape.stream().anyMatch(dimension -> dimension < 0)) {
      throw new IllegalArgumentException("Invalid shape: " + shape);
    }
    if (lengthBits(dtype, shape) % Byte.SIZE != 0) {
      throw new IllegalArgumentException(
          "Invalid shape for " + dtype + ", does not fill whole bytes: " + shape);
    }
  }

  private static long lengthBits(DType dtype, List<Long> shape) {
    try {
      return dtype.bitsOf(shape);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("Invalid shape, size overflows: " + shape, e);
    }
  }

  /** The number of bytes the tensor takes. */
  public long lengthBytes() {
    return dtype.bitsOf(shape) / Byte.SIZE;
  }
}
