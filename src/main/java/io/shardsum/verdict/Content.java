package io.shardsum.verdict;

import io.shardsum.safetensors.DType;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a copy of a tensor is, as far as copies are compared: two are the same if all of this is.
 *
 * @param dtype empty where a running engine does not say it
 * @param shape such as {@code [2, 3]}; empty where a running engine does not say it
 */
public record Content(String dtype, String shape, Digests digests) {

  boolean hasMetadataOf(Content other) {
    return dtype.equals(other.dtype) && shape.equals(other.shape);
  }

  /** Such as {@code BF16 [2, 3]}. */
  String metadata() {
    return dtype + " " + shape;
  }

  /** The digest that findings show. */
  String digest() {
    return digests.shown();
  }

  /**
   * Whether it has two dimensions or more, or may have them. What has fewer is often the same in
   * many places: norms of ones, biases of zeros.
   */
  boolean isMatrix() {
    return shape.isEmpty() || shape.contains(",");
  }

  /** How long it is, where dtype and shape say so. */
  Optional<Long> bytes() {
    return Arrays.stream(DType.values())
        .filter(type -> type.name().equals(dtype) && shape.matches("\\[[0-9]+(, [0-9]+)*]"))
        .findFirst()
        .map(type -> type.bits() * elements() / Byte.SIZE);
  }

  private long elements() {
    return Arrays.stream(shape.substring(1, shape.length() - 1).split(", ", -1))
        .mapToLong(Long::parseLong)
        .reduce(1, (product, dimension) -> product * dimension);
  }
}
