package io.shardsum.source.sums;

import io.shardsum.io.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;

/** Memory that moves along a file, so that many small tensors take one read. */
final class ReadWindow {

  private final Function<Shard, ByteBuffer> buffers;
  private ByteBuffer buffer;
  private long beginBytes;

  /**
   * Reads into buffers, one after the other.
   *
   * @param buffers gives the next one for a file: the same again, or one whose bytes nobody needs
   *     any more
   */
  ReadWindow(Function<Shard, ByteBuffer> buffers) {
    this.buffers = buffers;
    this.buffer = ByteBuffer.allocate(0);
  }

  /** Forgets what it holds: another file follows. */
  void clear() {
    buffer.position(0).limit(0);
  }

  boolean holds(long positionBytes, long lengthBytes) {
    return positionBytes >= beginBytes && positionBytes + lengthBytes <= endBytes();
  }

  /** Where a byte of the file that it holds lies in the buffer. */
  int indexOf(long positionBytes) {
    return (int) (positionBytes - beginBytes);
  }

  /** Bytes that it holds, from the begin of the buffer on. */
  int heldBytes() {
    return buffer.limit();
  }

  /** The bytes of a range of the file that it holds, valid until the next {@link #fill}. */
  ByteBuffer slice(long positionBytes, int lengthBytes) {
    return buffer.slice(indexOf(positionBytes), lengthBytes);
  }

  private long endBytes() {
    return beginBytes + buffer.limit();
  }

  /**
   * Moves on to a position, keeping what it holds from there on, so that no byte is read twice.
   *
   * @param wantedBytes are read if they fit
   * @throws IOException if that fails; it holds nothing then
   */
  void fill(Shard shard, long positionBytes, long wantedBytes) throws IOException {
    boolean keeps = positionBytes >= beginBytes && positionBytes < endBytes();
    int keptBytes = keeps ? (int) (endBytes() - positionBytes) : 0;
    ByteBuffer kept = buffer.slice(buffer.limit() - keptBytes, keptBytes);
    buffer = buffers.apply(shard);
    buffer.clear().put(kept);
    buffer.limit((int) Math.min(buffer.capacity(), wantedBytes));
    try {
      shard.readFully(positionBytes + buffer.position(), buffer);
    } catch (IOException e) {
      clear();
      throw e;
    }
    buffer.flip();
    beginBytes = positionBytes;
  }
}
