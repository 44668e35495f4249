package io.shardsum.io;

import java.nio.ByteBuffer;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Memory for direct reads, which the threads of a process use again and again: to take and to clear
 * it anew for each file would cost as much as to read a small one.
 */
final class AlignedBuffers {

  /** Of a buffer: so much is read at once, since nothing else reads ahead. */
  static final int BYTES = 4 << 20;

  private static final Map<Integer, Deque<ByteBuffer>> UNUSED = new ConcurrentHashMap<>();

  private AlignedBuffers() {}

  /** A buffer whose begin is a multiple of a power of two. */
  static ByteBuffer take(int alignment) {
    ByteBuffer unused = unused(alignment).poll();
    return unused == null
        ? ByteBuffer.allocateDirect(BYTES + alignment).alignedSlice(alignment)
        : unused;
  }

  static void giveBack(ByteBuffer buffer, int alignment) {
    unused(alignment).push(buffer);
  }

  private static Deque<ByteBuffer> unused(int alignment) {
    return UNUSED.computeIfAbsent(alignment, any -> new ConcurrentLinkedDeque<>());
  }
}
