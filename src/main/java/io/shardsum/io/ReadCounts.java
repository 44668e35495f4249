package io.shardsum.io;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;

/** What was read, counted. Safe for use by several threads. */
public final class ReadCounts {

  private static final String LOCAL_SCHEME = "file";

  private final AtomicLong bytesRead = new AtomicLong();
  private final AtomicLong filesOpened = new AtomicLong();
  private final AtomicLong headersReadAgain = new AtomicLong();
  private final Set<String> throughCache = ConcurrentHashMap.newKeySet();

  /** Bytes of files read, headers included. */
  public long bytesRead() {
    return bytesRead.get();
  }

  /** How often a file was opened: once for each range of it. */
  public long filesOpened() {
    return filesOpened.get();
  }

  /** How many headers did not parse, and did when they were read again. */
  public long headersReadAgain() {
    return headersReadAgain.get();
  }

  /** Directories of local files that should have been read past the page cache, and could not. */
  public Set<String> directoriesThroughCache() {
    return Set.copyOf(throughCache);
  }

  void addThroughCache(ListedFile file) {
    throughCache.add(file.path().substring(0, Math.max(0, file.path().lastIndexOf('/'))));
  }

  void addBytes(long bytes) {
    bytesRead.addAndGet(bytes);
  }

  /**
   * Tells Hadoop of bytes that were read past it: Spark takes a task's input bytes from Hadoop's
   * statistics of the thread.
   */
  @SuppressWarnings("deprecation") // the only statistics that Spark reads
  void addBytesPastHadoop(long bytes) {
    FileSystem.getStatistics(LOCAL_SCHEME, LocalFileSystem.class).incrementBytesRead(bytes);
  }

  void addFile() {
    filesOpened.incrementAndGet();
  }

  void addHeaderReadAgain() {
    headersReadAgain.incrementAndGet();
  }
}
