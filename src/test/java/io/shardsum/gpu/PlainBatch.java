package io.shardsum.gpu;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Rows of {@code chunk_sum}'s arguments, as they would lie on a device. */
final class PlainBatch {

  /** Arguments of the function; each may be null. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  record Arguments(byte[] data, Long firstWord, Long tensorBytes) {}

  private final List<Arguments> rows = new ArrayList<>();
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
  private final List<Integer> offsets = new ArrayList<>();
  private boolean beginsOnAWord = true;

  PlainBatch() {
    offsets.add(0);
  }

  /** The column is a slice of another: its first row does not begin with the buffer. */
  PlainBatch behind(int bytes) {
    bytes(bytes);
    offsets.set(0, buffer.size());
    return this;
  }

  /** The buffer itself is a slice of another. */
  PlainBatch notOnAWord() {
    beginsOnAWord = false;
    return this;
  }

  /** A whole tensor. */
  PlainBatch tensor(byte[] data) {
    return row(data, 0L, (long) data.length);
  }

  PlainBatch row(byte[] data, Long firstWord, Long tensorBytes) {
    rows.add(new Arguments(data, firstWord, tensorBytes));
    if (data != null) {
      buffer.writeBytes(data);
    }
    offsets.add(buffer.size());
    return this;
  }

  /** A null row that has bytes nevertheless, as cuDF allows. */
  PlainBatch nullOver(int bytes) {
    rows.add(new Arguments(null, 0L, 0L));
    bytes(bytes);
    offsets.add(buffer.size());
    return this;
  }

  private void bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    buffer.writeBytes(bytes);
  }

  List<Arguments> rows() {
    return rows;
  }

  /** The sums as the GPU class makes them; null where an argument is null. */
  List<Long> sums(PlainOperations operations) {
    int[] bounds = offsets.stream().mapToInt(offset -> offset).toArray();
    ChunkRows chunks = new ChunkRows(bounds);
    boolean[] isNull = new boolean[rows.size()];
    for (int row = 0; row < rows.size(); row++) {
      Arguments arguments = rows.get(row);
      isNull[row] = arguments.data() == null;
      if (isNull[row]) {
        chunks.addNull();
      } else if (arguments.firstWord() == null || arguments.tensorBytes() == null) {
        chunks.addWithoutPlace();
      } else {
        chunks.add(arguments.firstWord(), arguments.tensorBytes());
      }
    }
    PlainByteRows bytes =
        new PlainByteRows(operations, buffer.toByteArray(), bounds, isNull, beginsOnAWord);
    PlainColumn column = new ChunkSums<>(operations).sums(chunks, bytes);
    long[] sums = column.numbers();
    operations.close(column);
    List<Long> result = new ArrayList<>();
    for (int row = 0; row < sums.length; row++) {
      Arguments arguments = rows.get(row);
      boolean nullRow =
          isNull[row] || arguments.firstWord() == null || arguments.tensorBytes() == null;
      result.add(nullRow ? null : sums[row]);
    }
    return result;
  }
}
