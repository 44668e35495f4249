package io.shardsum.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileRange;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * Bytes of an object that come by several requests at a time, each for a range, by Hadoop's
 * vectored reads. They are read in their order; a range that is done with makes room for another.
 */
final class RangesAhead implements S3aStretch.Part {

  /** As S3 is best asked for: 8 to 16 MiB, its performance guidelines say. */
  static final int RANGE_BYTES = 8 << 20;

  private static final String AT_A_TIME = "fs.s3a.vectored.active.ranged.reads";
  static final int USUALLY_AT_A_TIME = 4;

  /** Fewer would be no faster than a single request. */
  private static final int LEAST_BUFFERS = 3;

  /** Those of all tasks of this process have a quarter of the heap. */
  private static final Semaphore BUFFERS =
      new Semaphore((int) Math.min(1 << 20, Runtime.getRuntime().maxMemory() / 4 / RANGE_BYTES));

  private final S3aStretch.Opening opening;
  private final long endBytes;
  private final Deque<FileRange> asked = new ArrayDeque<>();
  private int buffers;
  private FSDataInputStream stream;
  private long askedUpToBytes;

  private RangesAhead(S3aStretch.Opening opening, long beginBytes, long endBytes, int buffers) {
    this.opening = opening;
    this.askedUpToBytes = beginBytes;
    this.endBytes = endBytes;
    this.buffers = buffers;
  }

  /** How many ranges of a stream S3A reads at a time. */
  static int mostAtATime(Configuration conf) {
    return conf.getInt(AT_A_TIME, USUALLY_AT_A_TIME);
  }

  /** Asks for nothing yet. Empty if other tasks have the memory for it. */
  static Optional<RangesAhead> of(S3aStretch.Requests requests, long beginBytes, long endBytes) {
    long ranges = (endBytes - beginBytes + RANGE_BYTES - 1) / RANGE_BYTES;
    int wanted = (int) Math.min(requests.mostAtATime() + 1, ranges);
    int buffers = Math.min(wanted, BUFFERS.availablePermits());
    return buffers >= LEAST_BUFFERS && BUFFERS.tryAcquire(buffers)
        ? Optional.of(new RangesAhead(requests.opening(), beginBytes, endBytes, buffers))
        : Optional.empty();
  }

  @Override
  public void read(long positionBytes, byte[] target, int offset, int length) throws IOException {
    if (stream == null) {
      stream = opening.open(endBytes);
      for (int index = 0; index < buffers; index++) {
        ask(ByteBuffer.allocate(RANGE_BYTES));
      }
    }
    for (int done = 0; done < length; ) {
      FileRange range = asked.element();
      ByteBuffer bytes = FutureIO.awaitFuture(range.getData());
      int from = (int) (positionBytes + done - range.getOffset());
      int count = Math.min(length - done, range.getLength() - from);
      if (count > 0) {
        bytes.get(from, target, offset + done, count);
        done += count;
      } else {
        asked.remove();
        ask(bytes);
      }
    }
  }

  private void ask(ByteBuffer buffer) throws IOException {
    int length = (int) Math.min(buffer.capacity(), endBytes - askedUpToBytes);
    if (length > 0) {
      FileRange range = FileRange.createFileRange(askedUpToBytes, length);
      stream.readVectored(List.of(range), size -> buffer.clear().limit(size));
      asked.add(range);
      askedUpToBytes += length;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (stream != null) {
        stream.close();
      }
    } finally {
      BUFFERS.release(buffers);
      buffers = 0;
    }
  }
}
