package io.shardsum.scan.files;

import io.shardsum.fleet.Digest;
import io.shardsum.gpu.Accelerator;

/** Who computes the sums of chunks. The tables are the same. */
public enum Hasher {
  /** The source, as it reads: the bytes never become a column. */
  READER,
  /** The SQL function {@code chunk_sum}, over the bytes as a column: where a GPU can take it up. */
  FUNCTION;

  public static Hasher of(Accelerator accelerator) {
    return switch (accelerator) {
      case CPU -> READER;
      case GPU -> FUNCTION;
    };
  }

  /** Whether it needs the bytes of chunks. SHA-256 cannot be split, and is the reader's. */
  boolean takesChunks(Digest digest) {
    return this == FUNCTION && digest != Digest.SHA256;
  }
}
