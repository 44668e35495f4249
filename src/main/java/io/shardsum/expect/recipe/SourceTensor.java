package io.shardsum.expect.recipe;

import static java.util.Objects.requireNonNull;

import io.shardsum.safetensors.DType;
import java.io.Serializable;
import java.util.List;

/**
 * A tensor of a checkpoint, and where its bytes lie.
 *
 * @param name as the checkpoint spells it
 * @param dtype the kind of its elements
 * @param shape its dimensions, outermost first
 * @param file the index of its file among the checkpoint's files
 * @param fileName that file's name
 * @param fileOffsetBytes offset of its first byte from the start of the file
 */
public record SourceTensor(
    String name, DType dtype, List<Long> shape, int file, String fileName, long fileOffsetBytes)
    implements Serializable {

  /** Copies the shape. */
  public SourceTensor {
    requireNonNull(name, "name is null");
    requireNonNull(dtype, "dtype is null");
    requireNonNull(fileName, "fileName is null");
    shape = List.copyOf(shape);
  }

  /** The same bytes in another shape. */
  public SourceTensor as(List<Long> other) {
    return new SourceTensor(name, dtype, other, file, fileName, fileOffsetBytes);
  }

  /** The number of bytes. */
  long lengthBytes() {
    return Math.multiplyExact(rows(), columns()) * dtype.bits() / Byte.SIZE;
  }

  /** The first dimension; 1 for a single element. */
  public long rows() {
    return shape.isEmpty() ? 1 : shape.get(0);
  }

  /** The elements of a row: the product of all dimensions but the first. */
  public long columns() {
    long columns = 1;
    for (int index = 1; index < shape.size(); index++) {
      columns = Math.multiplyExact(columns, shape.get(index));
    }
    return columns;
  }
}
