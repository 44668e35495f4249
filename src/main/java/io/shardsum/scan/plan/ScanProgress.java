package io.shardsum.scan.plan;

/** Is told how far a scan is. Calls come from Spark's threads, one at a time. */
public interface ScanProgress {

  /** Nobody listens. */
  ScanProgress NONE = new ScanProgress() {};

  /** The scan goes on with one of its name that has not ended. */
  default void resumes(String scanId, Resumed resumed) {}

  /** Reading begins; {@code totalBytes} of files will be read. */
  default void readingBegins(long totalBytes) {}

  /** A task has read another {@code bytes}; what is read once more is not counted again. */
  default void read(long bytes) {}

  /** Of so many engines whose files are read, so many have landed as a whole. */
  default void enginesDone(int done, int all) {}

  /** A host reads local files through the page cache that it should read past it. */
  default void readsThroughCache(String host, String directories) {}

  /** All files are read and their tensors have landed; they are being merged. */
  default void readingEnds() {}
}
