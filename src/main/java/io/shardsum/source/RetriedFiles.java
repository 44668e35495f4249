package io.shardsum.source;

import io.shardsum.expect.model.WeightFiles;
import io.shardsum.fleet.ShardFile;
import io.shardsum.io.FileState;
import io.shardsum.io.ListedFile;
import io.shardsum.io.ReadCounts;
import io.shardsum.io.Retries;
import io.shardsum.io.ShardOpener;
import io.shardsum.safetensors.ByteSource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.conf.Configuration;

/** Files that are read by position, with the retries and checks that shards have. */
public final class RetriedFiles implements WeightFiles {
  private final Configuration hadoopConf;

  /** Reads as {@code hadoopConf} says. */
  public RetriedFiles(Configuration hadoopConf) {
    this.hadoopConf = hadoopConf;
  }

  /** Whether Spark wants the task to stop: that is no fault of the file. */
  public static boolean isInterrupt(IOException e) {
    return Retries.isInterrupt(e);
  }

  @Override
  public Opened open(ShardFile file) {
    return new RetriedFile(
        new ListedFile(file.path(), file.lengthBytes(), file.modifiedAtMillis()),
        new ShardOpener(hadoopConf, Retries.USUAL_COUNT, new ReadCounts()));
  }

  private static final class RetriedFile implements Opened {
    private final ListedFile file;
    private final ShardOpener opener;
    private FileState opened;
    private ByteSource source;

    RetriedFile(ListedFile file, ShardOpener opener) {
      this.file = file;
      this.opener = opener;
    }

    @Override
    public String name() {
      return file.path();
    }

    @Override
    public long lengthBytes() {
      return file.lengthBytes();
    }

    @Override
    public void readFully(long positionBytes, ByteBuffer target) throws IOException {
      ByteSource[] tried = new ByteSource[1];
      retries(() -> discard(tried[0]))
          .fill(
              target,
              () -> {
                tried[0] = source();
                tried[0].readFully(positionBytes, target);
                return target;
              });
    }

    @Override
    public void checkUnchanged() throws IOException {
      retries(() -> {})
          .run(
              () -> {
                synchronized (this) {
                  if (opened != null) {
                    opener.checkUnchanged(file, opened);
                  }
                }
                return file;
              });
    }

    private Retries retries(Closeable failed) {
      return new Retries(file, opener.readRetries(), failed);
    }

    private synchronized ByteSource source() throws IOException {
      if (source == null) {
        if (opened == null) {
          opened = opener.checkUnchanged(file);
        } else {
          opener.checkUnchanged(file, opened);
        }
        source = opener.openForPositions(file);
      }
      return source;
    }

    /** Another thread may have opened the file anew. */
    private synchronized void discard(ByteSource failed) throws IOException {
      if (failed != null && failed == source) {
        close();
      }
    }

    @Override
    public synchronized void close() throws IOException {
      if (source != null) {
        ByteSource closing = source;
        source = null;
        closing.close();
      }
    }
  }
}
