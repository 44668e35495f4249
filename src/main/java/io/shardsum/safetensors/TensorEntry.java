package io.shardsum.safetensors;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;

/**
 * One tensor as a file's header declares it.
 *
 * @param name the tensor's name, without lone surrogates; may be empty or long
 * @param dtype the kind of its elements
 * @param shape its dimensions, outermost first; empty for a single element
 * @param beginBytes offset of its first byte, relative to the file's data section
 * @param endBytes offset of the byte after its last, relative to the file's data section
 */
public record TensorEntry(
    String name, DType dtype, List<Long> shape, long beginBytes, long endBytes) {

  /**
   * Copies the shape.
   *
   * @throws IllegalArgumentException unless {@code 0 <= beginBytes <= endBytes}
   */
  public TensorEntry {
    requireNonNull(name, "name is null");
    requireNonNull(dtype, "dtype is null");
    shape = List.copyOf(shape);
    if (beginBytes < 0 || endBytes < beginBytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "Invalid offsets of tensor %s: [%d, %d]",
              HeaderText.quoted(name),
              beginBytes,
              endBytes));
    }
  }

  /** The number of bytes the tensor takes; 0 if its shape has a 0. */
  public long lengthBytes() {
    return endBytes - beginBytes;
  }
}
