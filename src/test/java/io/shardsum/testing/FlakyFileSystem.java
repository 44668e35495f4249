package io.shardsum.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Local files under the scheme {@code flaky}, whose operations fail as often as a test asks. Hadoop
 * makes the instances, so what fails is the same for all of them.
 */
public final class FlakyFileSystem extends RawLocalFileSystem {

  private static final URI ROOT = URI.create("flaky:///");

  private static Supplier<IOException> failure;
  private static int readsToFail;
  private static int statusesToFail;
  private static int closesToFail;
  private static int opened;
  private static int seeks;
  private static UnaryOperator<FileStatus> shown;

  /** Makes the scheme known. */
  public static void register(Configuration conf) {
    conf.set("fs.flaky.impl", FlakyFileSystem.class.getName());
  }

  /** A local path with the scheme. */
  public static String uri(Path file) {
    return "flaky:" + file.toAbsolutePath();
  }

  /** From here on nothing fails, and nothing is counted yet. */
  public static synchronized void heal() {
    failure = () -> new IOException("the network is down");
    readsToFail = 0;
    statusesToFail = 0;
    closesToFail = 0;
    opened = 0;
    seeks = 0;
    shown = status -> status;
  }

  /** From here on the status of a file is what {@code next} makes of it; listings are as before. */
  public static synchronized void show(UnaryOperator<FileStatus> next) {
    shown = next;
  }

  private static synchronized FileStatus shown(FileStatus status) {
    return shown.apply(status);
  }

  /** From here on what fails does so with this. */
  public static synchronized void failWith(Supplier<IOException> next) {
    failure = next;
  }

  /** So many reads fail. */
  public static synchronized void failReads(int count) {
    readsToFail = count;
  }

  /** So many questions for the status of a file fail. */
  public static synchronized void failStatuses(int count) {
    statusesToFail = count;
  }

  /** Closing a stream fails so many times. */
  public static synchronized void failCloses(int count) {
    closesToFail = count;
  }

  /** How many streams were opened. */
  public static synchronized int opened() {
    return opened;
  }

  /** How often a stream was told to go to where it was not. */
  public static synchronized int seeks() {
    return seeks;
  }

  private static synchronized void read() throws IOException {
    if (readsToFail > 0) {
      readsToFail--;
      throw failure.get();
    }
  }

  private static synchronized void status() throws IOException {
    if (statusesToFail > 0) {
      statusesToFail--;
      throw failure.get();
    }
  }

  private static synchronized void closed() throws IOException {
    if (closesToFail > 0) {
      closesToFail--;
      throw new IOException("cannot even close");
    }
  }

  private static synchronized void countOpened() {
    opened++;
  }

  private static synchronized void countSeek() {
    seeks++;
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public String getScheme() {
    return ROOT.getScheme();
  }

  @Override
  public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
    status();
    return shown(super.getFileStatus(path));
  }

  @Override
  public FSDataInputStream open(org.apache.hadoop.fs.Path path, int bufferBytes)
      throws IOException {
    countOpened();
    return new FSDataInputStream(new FlakyStream(super.open(path, bufferBytes)));
  }

  private static final class FlakyStream extends FSInputStream {
    private final FSDataInputStream stream;

    FlakyStream(FSDataInputStream stream) {
      this.stream = stream;
    }

    @Override
    public void seek(long positionBytes) throws IOException {
      countSeek();
      stream.seek(positionBytes);
    }

    @Override
    public long getPos() throws IOException {
      return stream.getPos();
    }

    @Override
    public boolean seekToNewSource(long positionBytes) {
      return false;
    }

    @Override
    public int read() throws IOException {
      FlakyFileSystem.read();
      return stream.read();
    }

    /** Gives half of what is asked before it fails, as a broken connection does. */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      FlakyFileSystem.read();
      return stream.read(target, offset, Math.max(1, length / 2));
    }

    @Override
    public void close() throws IOException {
      stream.close();
      closed();
    }
  }
}
