package io.shardsum.source;

import java.io.Serializable;

/**
 * Which chunks the reader sums besides handing them out, in {@link ChunkColumn#CPU_SUM}: one in
 * {@code oneIn}, and one of each file that has any bytes to hash. The choice hangs on the seed, the
 * file's path and the chunk's place in it, so that a task that is run again makes it again.
 *
 * @param oneIn 1: every chunk
 * @param seed another one chooses other chunks
 */
record ChunkSample(int oneIn, String seed) implements Serializable {

  static final int ONE_IN_DEFAULT = 1000;

  ChunkSample {
    if (oneIn < 1) {
      throw new IllegalArgumentException(
          "Invalid sample: expected one in 1 or more, found " + oneIn);
    }
  }
}
