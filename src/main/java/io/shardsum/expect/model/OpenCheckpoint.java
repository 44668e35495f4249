package io.shardsum.expect.model;

import io.shardsum.expect.recipe.CheckpointBytes;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.io.ListedFile;
import io.shardsum.io.ReadPolicy;
import io.shardsum.io.Shard;
import io.shardsum.io.ShardOpener;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The files of a checkpoint, each opened when it is first read. Safe for use by several threads.
 */
public final class OpenCheckpoint implements CheckpointBytes, Closeable {
  private final List<ListedFile> files;
  private final ShardOpener opener;
  private final Map<Integer, Shard> open = new ConcurrentHashMap<>();

  /** Opens nothing yet. */
  public OpenCheckpoint(List<ListedFile> files, ShardOpener opener) {
    this.files = List.copyOf(files);
    this.opener = opener;
  }

  @Override
  public void read(SourceTensor tensor, long offsetBytes, ByteBuffer target) throws IOException {
    file(tensor.file()).readFully(tensor.fileOffsetBytes() + offsetBytes, target);
  }

  /**
   * Checks that the files that were read are still what was listed.
   *
   * @throws IOException if one is not, with its name in the message
   */
  public void checkUnchanged() throws IOException {
    for (Shard file : open.values()) {
      file.checkUnchanged();
    }
  }

  private Shard file(int number) {
    return open.computeIfAbsent(
        number, closed -> opener.open(files.get(closed), ReadPolicy.ANYWHERE));
  }

  @Override
  public void close() throws IOException {
    for (Shard file : open.values()) {
      file.close();
    }
  }
}
