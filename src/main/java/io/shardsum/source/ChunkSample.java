package io.shardsum.source;

import java.io.Serializable;

/**
 * Some of the chunks: one in {@code oneIn}, and one of each file that has any bytes to hash. The
 * choice hangs on the seed, the file's path and the chunk's place in it, so that a task that is run
 * again makes it again.
 *
 * @param oneIn 1: every chunk; 0: none
 * @param seed another one chooses other chunks
 */
record ChunkSample(int oneIn, String seed) implements Serializable {

  static final ChunkSample NONE = new ChunkSample(0, "");

  boolean isNone() {
    return oneIn == 0;
  }
}
