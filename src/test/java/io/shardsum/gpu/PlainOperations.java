package io.shardsum.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * The operations on arrays, each as cuDF's documentation describes it: unsigned numbers wrap, zeros
 * are shifted in, a segment is {@code [offsets[k], offsets[k + 1])}. It knows which columns are
 * open, how many numbers they have together, and can fail.
 */
final class PlainOperations implements ColumnOperations<PlainColumn> {

  private final List<PlainColumn> open = new ArrayList<>();
  private int operationsUntilFailure = Integer.MAX_VALUE;
  private int operations;
  private long openBytes;
  private long mostOpenBytes;

  /** Says that the device has no memory for the result of operation {@code count}, from 0. */
  PlainOperations failingAt(int count) {
    operationsUntilFailure = count;
    return this;
  }

  List<PlainColumn> open() {
    return open;
  }

  int operations() {
    return operations;
  }

  long mostOpenBytes() {
    return mostOpenBytes;
  }

  /** A column that one operation makes. */
  PlainColumn column(int width, int rows, IntToLongFunction number) {
    if (operations++ == operationsUntilFailure) {
      throw new OutOfDeviceMemory();
    }
    long[] numbers = new long[rows];
    for (int row = 0; row < rows; row++) {
      numbers[row] = number.applyAsLong(row);
    }
    PlainColumn column = new PlainColumn(width, numbers);
    open.add(column);
    openBytes += bytes(column);
    mostOpenBytes = Math.max(mostOpenBytes, openBytes);
    return column;
  }

  private static long bytes(PlainColumn column) {
    return (long) column.rows() * column.width() / Byte.SIZE;
  }

  @Override
  public PlainColumn numbers(int... numbers) {
    return column(Integer.SIZE, numbers.length, row -> numbers[row]);
  }

  @Override
  public PlainColumn progressions(PlainColumn starts, int step, PlainColumn lengths) {
    List<Integer> numbers = new ArrayList<>();
    for (int list = 0; list < starts.rows(); list++) {
      for (int at = 0; at < lengths.intAt(list); at++) {
        numbers.add(starts.intAt(list) + step * at);
      }
    }
    return column(Integer.SIZE, numbers.size(), numbers::get);
  }

  @Override
  public PlainColumn xor(PlainColumn left, PlainColumn right) {
    assertThat(left.rows()).as("columns of an operation are equally long").isEqualTo(right.rows());
    assertThat(left.width()).as("and wide").isEqualTo(right.width());
    return column(left.width(), left.rows(), row -> left.at(row) ^ right.at(row));
  }

  @Override
  public PlainColumn shiftRight(PlainColumn numbers, int bits) {
    return column(numbers.width(), numbers.rows(), row -> numbers.at(row) >>> bits);
  }

  @Override
  public PlainColumn shiftLeft(PlainColumn numbers, int bits) {
    return column(numbers.width(), numbers.rows(), row -> numbers.at(row) << bits);
  }

  @Override
  public PlainColumn multiply(PlainColumn numbers, long factor) {
    return column(numbers.width(), numbers.rows(), row -> numbers.at(row) * factor);
  }

  @Override
  public PlainColumn widen(PlainColumn numbers) {
    return column(Long.SIZE, numbers.rows(), numbers::at);
  }

  @Override
  public PlainColumn sums(PlainColumn numbers, PlainColumn offsets) {
    return column(numbers.width(), offsets.rows() - 1, segment -> sum(numbers, offsets, segment));
  }

  private static long sum(PlainColumn numbers, PlainColumn offsets, int segment) {
    long sum = 0;
    for (int row = offsets.intAt(segment); row < offsets.intAt(segment + 1); row++) {
      sum += numbers.at(row);
    }
    return sum;
  }

  @Override
  public PlainColumn concatenate(List<PlainColumn> columns) {
    List<Long> numbers = new ArrayList<>();
    for (PlainColumn column : columns) {
      for (int row = 0; row < column.rows(); row++) {
        numbers.add(column.at(row));
      }
    }
    return column(columns.get(0).width(), numbers.size(), numbers::get);
  }

  @Override
  public void close(PlainColumn column) {
    column.close();
    open.remove(column);
    openBytes -= bytes(column);
  }

  /** What a device without memory says. */
  static final class OutOfDeviceMemory extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
