package io.shardsum.io;

import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.impl.OpenFileParameters;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * An object store whose small Parquet files come by one request each. Parquet's reader asks for the
 * status of a file, then for its end, its footer and its rows: here it is given what came in answer
 * to the first question. One file at a time: Hadoop makes one of these for each reader.
 */
public final class WholeObjects extends FilterFileSystem {

  /** What is longer is read as the store reads it. */
  static final int MOST_BYTES = 1 << 20;

  private static final String SUFFIX = ".parquet";

  private Optional<Whole> last = Optional.empty();

  private static final class Whole {
    private final Path path;
    private final byte[] bytes;

    Whole(Path path, byte[] bytes) {
      this.path = path;
      this.bytes = bytes;
    }
  }

  /** Hadoop makes it; {@link #initialize} says of what. */
  public WholeObjects() {}

  /**
   * The settings of Hadoop with which S3A is read so; none, where somebody has set another class to
   * read it.
   */
  public static Map<String, String> settings(Configuration hadoopConf) {
    String store = hadoopConf.get(implementation(ObjectStore.SCHEME), PinnedStatus.FILE_SYSTEM);
    return store.equals(PinnedStatus.FILE_SYSTEM)
        ? settings(ObjectStore.SCHEME, PinnedStatus.FILE_SYSTEM)
        : Map.of();
  }

  static Map<String, String> settings(String scheme, String store) {
    return Map.of(
        implementation(scheme),
        WholeObjects.class.getName(),
        uncached(scheme),
        "true",
        ofStore(scheme),
        store);
  }

  private static String implementation(String scheme) {
    return "fs.%s.impl".formatted(scheme);
  }

  private static String uncached(String scheme) {
    return implementation(scheme) + ".disable.cache";
  }

  private static String ofStore(String scheme) {
    return "shardsum." + implementation(scheme);
  }

  @Override
  public void initialize(URI name, Configuration conf) throws IOException {
    String scheme = name.getScheme();
    Configuration ofStore = new Configuration(conf);
    ofStore.set(implementation(scheme), conf.get(ofStore(scheme)));
    ofStore.unset(uncached(scheme));
    fs = FileSystem.get(name, ofStore);
    super.initialize(name, conf);
  }

  /** Spark asks for it, and lists what is S3A by few requests. */
  @Override
  public String getScheme() {
    return fs.getScheme();
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    if (!path.getName().endsWith(SUFFIX)) {
      return super.getFileStatus(path);
    }
    last = read(path).map(bytes -> new Whole(path, bytes));
    return last.isPresent()
        ? new FileStatus(last.get().bytes.length, false, 1, MOST_BYTES, 0, path)
        : super.getFileStatus(path);
  }

  /** Empty if there is more, or nothing. */
  private Optional<byte[]> read(Path path) throws IOException {
    FutureDataInputStreamBuilder open =
        fs.openFile(path)
            .opt("fs.option.openfile.read.policy", "whole-file")
            .opt("fs.option.openfile.length", Integer.toString(MOST_BYTES));
    try (FSDataInputStream in = FutureIO.awaitFuture(open.build())) {
      byte[] bytes = in.readNBytes(MOST_BYTES);
      return bytes.length == 0 || bytes.length == MOST_BYTES
          ? Optional.empty()
          : Optional.of(bytes);
    } catch (EOFException e) { // of an object without bytes the store has no range
      return Optional.empty();
    }
  }

  @Override
  public FutureDataInputStreamBuilder openFile(Path path) {
    return createDataInputStreamBuilder(this, path);
  }

  @Override
  protected CompletableFuture<FSDataInputStream> openFileWithOptions(
      Path path, OpenFileParameters parameters) throws IOException {
    Optional<Whole> read = last.filter(of -> of.path.equals(path));
    return read.isPresent()
        ? CompletableFuture.completedFuture(new FSDataInputStream(new InMemory(read.get().bytes)))
        : super.openFileWithOptions(path, parameters);
  }

  /** By one request for each 1,000 files, where the store can. */
  @Override
  public RemoteIterator<LocatedFileStatus> listFiles(Path path, boolean recursive)
      throws IOException {
    return fs.listFiles(path, recursive);
  }

  /** The store is everybody's. */
  @Override
  public void close() {}

  private static final class InMemory extends FSInputStream {

    private final byte[] bytes;
    private int at;

    InMemory(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public void seek(long position) throws IOException {
      if (position < 0 || position > bytes.length) {
        throw new EOFException("no byte " + position + " of " + bytes.length);
      }
      at = (int) position;
    }

    @Override
    public long getPos() {
      return at;
    }

    @Override
    public boolean seekToNewSource(long position) {
      return false;
    }

    @Override
    public int read() {
      return at < bytes.length ? bytes[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      Objects.checkFromIndexSize(offset, length, target.length);
      if (length > 0 && at == bytes.length) {
        return -1;
      }
      int read = Math.min(length, bytes.length - at);
      System.arraycopy(bytes, at, target, offset, read);
      at += read;
      return read;
    }
  }
}
