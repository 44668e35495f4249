package io.shardsum.scan.files;

import io.shardsum.gpu.Accelerator;
import io.shardsum.tables.SqlStage;

/** What sums chunks, as the source reads them. The tables are the same. */
public enum Hasher {
  CPU("cpu", SqlStage.MERGED),
  /**
   * Under the RAPIDS Accelerator, which cannot sort runs: a row of a file that is cut is a chunk.
   */
  GPU("gpu", SqlStage.CHUNKS);

  private final String sums;
  private final SqlStage ofCutFiles;

  Hasher(String sums, SqlStage ofCutFiles) {
    this.sums = sums;
    this.ofCutFiles = ofCutFiles;
  }

  /** What a session asks for. */
  public static Hasher of(Accelerator accelerator) {
    return switch (accelerator) {
      case CPU -> CPU;
      case GPU -> GPU;
    };
  }

  /** The word of the source's option {@code sums}. */
  String sums() {
    return sums;
  }

  /** What merges the rows of files that several tasks read. */
  SqlStage ofCutFiles() {
    return ofCutFiles;
  }
}
