package io.shardsum.source;

import io.shardsum.io.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A buffer that moves along a file, so that many small tensors take one read. */
final class ReadWindow {

  /** Most bytes of a read: few enough to stay in a core's cache until they are hashed. */
  static final int CAPACITY_BYTES = 256 * 1024;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY_BYTES);
  private long beginBytes;

  /** Forgets what it holds: another file follows. */
  void clear() {
    buffer.position(0).limit(0);
  }

  /**
   * The bytes of a range of the file, valid until the next call.
   *
   * @param lengthBytes at most {@link #CAPACITY_BYTES}
   * @param endOfUseBytes up to where bytes of the file are wanted later on
   */
  ByteBuffer read(Shard shard, long positionBytes, int lengthBytes, long endOfUseBytes)
      throws IOException {
    if (!holds(positionBytes, lengthBytes)) {
      try {
        fill(shard, positionBytes, Math.max(lengthBytes, endOfUseBytes - positionBytes));
      } catch (IOException e) {
        clear();
        throw e;
      }
    }
    return buffer.slice((int) (positionBytes - beginBytes), lengthBytes);
  }

  private boolean holds(long positionBytes, long lengthBytes) {
    return positionBytes >= beginBytes && positionBytes + lengthBytes <= endBytes();
  }

  private long endBytes() {
    return beginBytes + buffer.limit();
  }

  /** Moves on to a position, keeping what it holds from there on, so that no byte is read twice. */
  private void fill(Shard shard, long positionBytes, long wantedBytes) throws IOException {
    if (positionBytes >= beginBytes && positionBytes < endBytes()) {
      buffer.position((int) (positionBytes - beginBytes)).compact();
    } else {
      buffer.clear();
    }
    buffer.limit((int) Math.min(buffer.capacity(), wantedBytes));
    shard.readFully(positionBytes + buffer.position(), buffer);
    buffer.flip();
    beginBytes = positionBytes;
  }
}
