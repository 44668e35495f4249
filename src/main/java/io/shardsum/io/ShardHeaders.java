package io.shardsum.io;

import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.SafetensorsHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.hadoop.conf.Configuration;

/** Reads the headers of files of any Hadoop file system, outside of a Spark task. */
public final class ShardHeaders {

  private final Configuration hadoopConf;

  /** Reads as {@code hadoopConf} says. */
  public ShardHeaders(Configuration hadoopConf) {
    this.hadoopConf = hadoopConf;
  }

  /**
   * Reads one file's header.
   *
   * @throws IOException if the file cannot be read, breaks the format, or is not what was listed
   */
  public SafetensorsHeader read(ListedFile file) throws IOException {
    ShardOpener opener = new ShardOpener(hadoopConf, Retries.USUAL_COUNT, new ReadCounts());
    try (Shard shard = new Shard(file, opener)) {
      return shard.header();
    }
  }

  /**
   * How long one file says that its header is, unchecked.
   *
   * @throws IOException if the file cannot be read, or is not what was listed
   */
  public long lengthBytes(ListedFile file) throws IOException {
    ShardOpener opener = new ShardOpener(hadoopConf, 0, new ReadCounts());
    opener.checkUnchanged(file);
    try (ByteSource source = opener.open(file)) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      source.readFully(0, length);
      return Math.min(length.getLong(0), file.lengthBytes());
    }
  }
}
