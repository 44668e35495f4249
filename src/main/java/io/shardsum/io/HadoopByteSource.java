package io.shardsum.io;

import io.shardsum.safetensors.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.fs.FSDataInputStream;

/** A file of any Hadoop file system. */
final class HadoopByteSource implements ByteSource {
  private final ListedFile file;
  private final FSDataInputStream stream;
  private final ReadPolicy policy;
  private final ThroughArray forward = new ThroughArray();

  HadoopByteSource(ListedFile file, FSDataInputStream stream, ReadPolicy policy) {
    this.file = file;
    this.stream = stream;
    this.policy = policy;
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
    if (positionBytes + target.remaining() > lengthBytes()) {
      throw new EOFException(name() + " ends at byte " + lengthBytes());
    }
    // One array serves a single thread again and again.
    ThroughArray array = policy == ReadPolicy.ANYWHERE ? new ThroughArray() : forward;
    array.fill(positionBytes, target, this::read);
  }

  private void read(long positionBytes, byte[] target, int offset, int length) throws IOException {
    switch (policy) {
      case FORWARD -> {
        if (stream.getPos() != positionBytes) {
          stream.seek(positionBytes);
        }
        stream.readFully(target, offset, length);
      }
      case ANYWHERE -> stream.readFully(positionBytes, target, offset, length);
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
