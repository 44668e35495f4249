package io.shardsum.damage;

import io.shardsum.safetensors.DType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a tensor is, and where it lies: turns a byte into an element.
 *
 * @param shape its dimensions, outermost first
 * @param lengthBytes its length
 * @param fileOffsetBytes where it begins in its file
 */
public record TensorSite(DType dtype, List<Long> shape, long lengthBytes, long fileOffsetBytes)
    implements Serializable {

  /** Copies the shape. */
  public TensorSite {
    shape = List.copyOf(shape);
  }

  /** The index, in C order, of the element that has the first bit of a byte. */
  long elementAt(long offsetBytes) {
    // Without an overflow: 24 bytes hold a whole number of elements of any dtype.
    long blocks = offsetBytes / 24;
    return blocks * (24 * Byte.SIZE / dtype.bits()) + offsetBytes % 24 * Byte.SIZE / dtype.bits();
  }

  /** Where an element is in each dimension; empty for a tensor of no dimensions. */
  List<Long> coordinates(long element) {
    List<Long> coordinates = new ArrayList<>(shape);
    long rest = element;
    for (int dimension = shape.size() - 1; dimension >= 0; dimension--) {
      coordinates.set(dimension, rest % shape.get(dimension));
      rest /= shape.get(dimension);
    }
    return coordinates;
  }
}
