package io.shardsum.source.sglang;

import io.shardsum.io.ListedFile;
import io.shardsum.io.Shard;
import io.shardsum.io.ShardOpener;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The open file in which scales lie: that of their weights, or another one of the rank. */
final class ScaleFile implements Closeable {

  private final ShardOpener opener;
  private ListedFile weights;
  private Shard ofWeights;
  private ListedFile other;
  private Shard ofOther;

  ScaleFile(ShardOpener opener) {
    this.opener = opener;
  }

  /** Another file of weights follows. */
  void beginFile(ListedFile file, Shard shard) {
    weights = file;
    ofWeights = shard;
  }

  /**
   * Reads bytes of a scale.
   *
   * @throws IOException with the file's name in the message, if that fails after all retries
   */
  void read(TensorPlace scale, long positionBytes, ByteBuffer target) throws IOException {
    shard(scale.file()).readFully(scale.offsetBytes() + positionBytes, target);
  }

  private Shard shard(ListedFile file) throws IOException {
    if (file.path().equals(weights.path())) {
      return ofWeights;
    }
    if (!file.equals(other)) {
      close();
      ofOther = opener.open(file);
      other = file;
    }
    return ofOther;
  }

  @Override
  public void close() throws IOException {
    if (other != null) {
      other = null;
      ofOther.close();
    }
  }
}
