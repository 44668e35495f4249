package io.shardsum.testing;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/**
 * The local file system under the scheme {@code lying:}, with a fault that some of its files meet.
 */
public final class LyingFileSystem extends RawLocalFileSystem {

  /** What goes wrong; canaries alone meet it, where it does not say otherwise. */
  public enum Fault {
    /** Whichever canary is read, the bytes are those of one without a flipped bit. */
    SERVES_ANOTHER_FILE,
    /** A file is begun, but there is no room for it. */
    FULL,
    /** No directory can be made. */
    READ_ONLY,
    /** What is written to the table of findings meets a full disk: the kernel's own. */
    FULL_AT_FINDINGS
  }

  private static final URI ROOT = URI.create("lying:///");
  private static final Path FULL_DEVICE = new Path("/dev/full");
  private static volatile Fault fault;

  /** Makes the scheme known, with one fault. */
  public static void register(Configuration conf, Fault planted) {
    conf.setClass("fs.lying.impl", LyingFileSystem.class, RawLocalFileSystem.class);
    fault = planted;
  }

  /** A local path with the scheme. */
  public static String uri(java.nio.file.Path path) {
    return "lying:" + path.toAbsolutePath();
  }

  private static boolean meets(Fault which, Path path) {
    return fault == which && path.toString().contains("/_canary-");
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
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    return meets(Fault.SERVES_ANOTHER_FILE, path)
        ? super.open(new Path(path.getParent(), "clean-0.safetensors"), bufferSize)
        : super.open(path, bufferSize);
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    if (meets(Fault.FULL, path)
        || (fault == Fault.FULL_AT_FINDINGS && path.toString().contains("/findings/"))) {
      return super.create(FULL_DEVICE, true, bufferSize, replication, blockSize, progress);
    }
    return super.create(path, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public boolean mkdirs(Path path) throws IOException {
    if (meets(Fault.READ_ONLY, path)) {
      throw new IOException("Permission denied");
    }
    return super.mkdirs(path);
  }
}
