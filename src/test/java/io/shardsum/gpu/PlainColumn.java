package io.shardsum.gpu;

/** A column in an array: unsigned numbers of 32 or 64 bits, and no more bits than that. */
final class PlainColumn {

  private final int width;
  private final long[] numbers;
  private boolean closed;

  PlainColumn(int width, long[] numbers) {
    this.width = width;
    this.numbers = numbers;
    if (width == Integer.SIZE) {
      for (int row = 0; row < numbers.length; row++) {
        numbers[row] = Integer.toUnsignedLong((int) numbers[row]);
      }
    }
  }

  int width() {
    return width;
  }

  int rows() {
    return numbers.length;
  }

  long at(int row) {
    if (closed) {
      throw new IllegalStateException("A column was used after it was closed");
    }
    return numbers[row];
  }

  int intAt(int row) {
    return (int) at(row);
  }

  long[] numbers() {
    return numbers.clone();
  }

  void close() {
    if (closed) {
      throw new IllegalStateException("A column was closed twice");
    }
    closed = true;
  }
}
