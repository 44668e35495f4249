package io.shardsum.io;

import io.shardsum.safetensors.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.fs.FSDataInputStream;

/** A file of any Hadoop file system. */
final class HadoopByteSource implements ByteSource {
  private static final int COPY_BYTES = 1 << 20;

  private final ListedFile file;
  private final FSDataInputStream stream;
  private final ReadPolicy policy;
  private byte[] copy = new byte[0];

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
    if (target.hasArray()) {
      int offset = target.arrayOffset() + target.position();
      read(positionBytes, target.array(), offset, target.remaining());
      target.position(target.limit());
      return;
    }
    byte[] bytes = copy(Math.min(COPY_BYTES, target.remaining()));
    for (long position = positionBytes; target.hasRemaining(); ) {
      int length = Math.min(bytes.length, target.remaining());
      read(position, bytes, 0, length);
      target.put(bytes, 0, length);
      position += length;
    }
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

  /** One array serves a single thread again and again. */
  private byte[] copy(int lengthBytes) {
    if (policy == ReadPolicy.ANYWHERE) {
      return new byte[lengthBytes];
    }
    if (copy.length < lengthBytes) {
      copy = new byte[lengthBytes];
    }
    return copy;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
