package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.io.Serializable;
import java.util.List;

/**
 * How the bytes of a tensor that an engine holds come from a checkpoint. Data: two equal recipes
 * give the same bytes, and printed it reads as what the engine does.
 */
public sealed interface Recipe extends Serializable
    permits Slice, Zeros, Numbers, Largest, Joined, Transposed, Elementwise {

  /** The kind of the elements. */
  DType dtype();

  /** The dimensions, outermost first. */
  List<Long> shape();

  /** The bytes, computed from the checkpoint's. Not safe for use by several threads. */
  RecipeReader open(CheckpointBytes checkpoint);

  /**
   * Where elements come from, in C order; nothing of those that are zeros.
   *
   * @param begin the first element
   * @param end the one behind the last
   */
  List<SourceRows> sources(long begin, long end);

  /** The number of elements. */
  default long elements() {
    long elements = 1;
    for (long dimension : shape()) {
      elements = Math.multiplyExact(elements, dimension);
    }
    return elements;
  }

  /** The number of bytes. */
  default long lengthBytes() {
    return Math.multiplyExact(elements(), dtype().bits() / Byte.SIZE);
  }

  /** The elements of a row: the product of all dimensions but the first. */
  default long rowElements() {
    long elements = 1;
    for (int index = 1; index < shape().size(); index++) {
      elements = Math.multiplyExact(elements, shape().get(index));
    }
    return elements;
  }
}
