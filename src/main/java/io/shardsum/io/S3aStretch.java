package io.shardsum.io;

import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.hadoop.fs.FSDataInputStream;

/**
 * Consecutive bytes of an object, read in their order. Of a long stretch the first 8 MiB come by
 * one request. If it is fast, so does the rest: each request costs some milliseconds of CPU. If it
 * is slow, the rest comes by several requests at a time, as S3 is meant to be read.
 */
final class S3aStretch implements Closeable {

  /** So much tells how fast a connection is. */
  static final int PROBE_BYTES = 8 << 20;

  /** A slower connection is one of several: S3 gives about 90 MB a second to each. */
  private static final long FAST_BYTES_PER_SECOND = 150_000_000;

  private static final double NANOS_PER_SECOND = 1e9;

  /** So much is rather read and thrown away than asked for anew. */
  private static final long MOST_SKIPPED_BYTES = 64 << 10;

  /** Begins to read an object. */
  interface Opening {
    /**
     * Opens.
     *
     * @param endBytes up to where bytes will be read
     */
    FSDataInputStream open(long endBytes) throws IOException;
  }

  /**
   * How an object is asked for.
   *
   * @param mostAtATime if a connection is slow
   * @param waitedNanos how long this thread has waited so far, whatever for
   */
  record Requests(Opening opening, int mostAtATime, LongSupplier waitedNanos) {

    Requests(Opening opening, int mostAtATime) {
      this(opening, mostAtATime, Requests::waitedByThisThread);
    }

    private static long waitedByThisThread() {
      return System.nanoTime() - ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
  }

  /** Some of its bytes, up to where they were asked for. */
  interface Part extends Closeable {
    void read(long positionBytes, byte[] target, int offset, int length) throws IOException;
  }

  private final Requests requests;
  private final long beginBytes;
  private final long endBytes;
  private long atBytes;
  private Part part;
  private long endOfPartBytes;
  private boolean isProbe;
  private long nanosOfProbe;

  /** Asks for nothing yet. */
  S3aStretch(Requests requests, long beginBytes, long endBytes) {
    this.requests = requests;
    this.beginBytes = beginBytes;
    this.endBytes = endBytes;
    this.atBytes = beginBytes;
  }

  /** Where the next byte is. */
  long atBytes() {
    return atBytes;
  }

  long endBytes() {
    return endBytes;
  }

  long lengthBytes() {
    return endBytes - beginBytes;
  }

  /** Whether bytes are those that follow, or lie behind a small hole. */
  boolean reaches(long positionBytes, int lengthBytes) {
    return positionBytes >= atBytes
        && positionBytes - atBytes <= MOST_SKIPPED_BYTES
        && positionBytes + lengthBytes <= endBytes;
  }

  /** Reads exactly so many bytes, which this {@link #reaches}. */
  void read(long positionBytes, byte[] target, int offset, int length) throws IOException {
    for (int done = 0; done < length; ) {
      long position = positionBytes + done;
      if (part == null || position >= endOfPartBytes) {
        nextPart(position);
      }
      int count = (int) Math.min(length - done, endOfPartBytes - position);
      long before = isProbe ? requests.waitedNanos.getAsLong() : 0;
      part.read(position, target, offset + done, count);
      nanosOfProbe += isProbe ? requests.waitedNanos.getAsLong() - before : 0;
      done += count;
    }
    atBytes = positionBytes + length;
  }

  private void nextPart(long positionBytes) throws IOException {
    boolean isFirst = part == null;
    boolean isSlow =
        isProbe && PROBE_BYTES < nanosOfProbe / NANOS_PER_SECOND * FAST_BYTES_PER_SECOND;
    close();
    isProbe = isFirst && endBytes - positionBytes >= PROBE_BYTES + 2 * RangesAhead.RANGE_BYTES;
    endOfPartBytes = isProbe ? positionBytes + PROBE_BYTES : endBytes;
    Optional<RangesAhead> ahead =
        isSlow ? RangesAhead.of(requests, positionBytes, endBytes) : Optional.empty();
    part = ahead.isPresent() ? ahead.get() : new OneRequest(requests.opening.open(endOfPartBytes));
  }

  @Override
  public void close() throws IOException {
    if (part != null) {
      Part closing = part;
      part = null;
      closing.close();
    }
  }

  /** Bytes that come by one request, which is sent when the first are read. */
  private static final class OneRequest implements Part {
    private final FSDataInputStream stream;

    OneRequest(FSDataInputStream stream) {
      this.stream = stream;
    }

    @Override
    public void read(long positionBytes, byte[] target, int offset, int length) throws IOException {
      if (stream.getPos() != positionBytes) {
        stream.seek(positionBytes);
      }
      stream.readFully(target, offset, length);
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }
}
