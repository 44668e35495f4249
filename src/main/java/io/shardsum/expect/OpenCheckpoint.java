package io.shardsum.expect;

import io.shardsum.fleet.ShardFile;
import io.shardsum.safetensors.ByteSource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;

/**
 * The files of a checkpoint, each opened when it is first read. Safe for use by several threads.
 */
public final class OpenCheckpoint implements CheckpointBytes, Closeable {
  private final List<ShardFile> files;
  private final Configuration conf;
  private final Map<Integer, ByteSource> open = new ConcurrentHashMap<>();

  /** Opens nothing yet. */
  public OpenCheckpoint(List<ShardFile> files, Configuration conf) {
    this.files = List.copyOf(files);
    this.conf = conf;
  }

  @Override
  public void read(SourceTensor tensor, long offsetBytes, ByteBuffer target) throws IOException {
    source(tensor.file()).readFully(tensor.fileOffsetBytes() + offsetBytes, target);
  }

  private ByteSource source(int file) throws IOException {
    ByteSource source = open.get(file);
    if (source != null) {
      return source;
    }
    synchronized (this) {
      source = open.get(file);
      if (source == null) {
        source = FileBytes.open(files.get(file).path(), files.get(file).lengthBytes(), conf);
        open.put(file, source);
      }
      return source;
    }
  }

  @Override
  public void close() throws IOException {
    for (ByteSource source : open.values()) {
      source.close();
    }
  }
}
