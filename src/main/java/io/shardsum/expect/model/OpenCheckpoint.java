package io.shardsum.expect.model;

import io.shardsum.expect.recipe.CheckpointBytes;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.fleet.ShardFile;
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
  private final List<ShardFile> files;
  private final WeightFiles opener;
  private final Map<Integer, WeightFiles.Opened> open = new ConcurrentHashMap<>();

  /** Opens nothing yet. */
  public OpenCheckpoint(List<ShardFile> files, WeightFiles opener) {
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
    for (WeightFiles.Opened file : open.values()) {
      file.checkUnchanged();
    }
  }

  private WeightFiles.Opened file(int number) throws IOException {
    WeightFiles.Opened file = open.get(number);
    if (file != null) {
      return file;
    }
    synchronized (this) {
      file = open.get(number);
      if (file == null) {
        file = opener.open(files.get(number));
        open.put(number, file);
      }
      return file;
    }
  }

  @Override
  public void close() throws IOException {
    for (WeightFiles.Opened file : open.values()) {
      file.close();
    }
  }
}
