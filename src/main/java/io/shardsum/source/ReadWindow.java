package io.shardsum.source;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A buffer that moves along a file, so that many small tensors take one read. */
final class ReadWindow {

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(ChunkColumn.CHUNK_BYTES);
  private long beginBytes;

  /** Forgets what it holds: another file follows. */
  void clear() {
    buffer.position(0).limit(0);
  }

  /**
   * The bytes of a range of the file, valid until the next call.
   *
   * @param lengthBytes at most {@link ChunkColumn#CHUNK_BYTES}
   * @param endOfUseBytes up to where bytes of the file are wanted later on
   */
  ByteBuffer read(Shard shard, long positionBytes, int lengthBytes, long endOfUseBytes)
      throws IOException {
    boolean held =
        positionBytes >= beginBytes && positionBytes + lengthBytes <= beginBytes + buffer.limit();
    if (!held) {
      long wantedBytes = Math.max(lengthBytes, endOfUseBytes - positionBytes);
      buffer.clear().limit((int) Math.min(buffer.capacity(), wantedBytes));
      int filledBytes = buffer.limit();
      beginBytes = positionBytes;
      try {
        shard.read(positionBytes, buffer);
      } catch (IOException e) {
        clear();
        throw e;
      }
      buffer.position(0).limit(filledBytes);
    }
    return buffer.slice((int) (positionBytes - beginBytes), lengthBytes);
  }
}
