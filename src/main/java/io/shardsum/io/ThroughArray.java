package io.shardsum.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Fills any buffer from what only fills arrays, as Hadoop's streams do. For a single thread. */
final class ThroughArray {

  /** Reads exactly so many bytes of a file. */
  interface Source {
    void read(long positionBytes, byte[] target, int offset, int length) throws IOException;
  }

  private static final int BYTES = 1 << 20;

  private byte[] array = new byte[0];

  /** Fills a buffer to its limit. One with an array of its own is filled without a copy. */
  void fill(long positionBytes, ByteBuffer target, Source source) throws IOException {
    if (target.hasArray()) {
      int offset = target.arrayOffset() + target.position();
      source.read(positionBytes, target.array(), offset, target.remaining());
      target.position(target.limit());
      return;
    }
    if (array.length < Math.min(BYTES, target.remaining())) {
      array = new byte[Math.min(BYTES, target.remaining())];
    }
    for (long position = positionBytes; target.hasRemaining(); ) {
      int length = Math.min(array.length, target.remaining());
      source.read(position, array, 0, length);
      target.put(array, 0, length);
      position += length;
    }
  }
}
