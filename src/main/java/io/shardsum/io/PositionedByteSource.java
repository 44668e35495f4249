package io.shardsum.io;

import io.shardsum.safetensors.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.fs.FSDataInputStream;

/** A file of any Hadoop file system, read by position. Safe for use by several threads. */
final class PositionedByteSource implements ByteSource {
  private static final int COPY_BYTES = 1 << 20;

  private final String name;
  private final long lengthBytes;
  private final FSDataInputStream stream;

  PositionedByteSource(String name, long lengthBytes, FSDataInputStream stream) {
    this.name = name;
    this.lengthBytes = lengthBytes;
    this.stream = stream;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long lengthBytes() {
    return lengthBytes;
  }

  @Override
  public void readFully(long positionBytes, ByteBuffer target) throws IOException {
    if (positionBytes + target.remaining() > lengthBytes) {
      throw new EOFException(name + " ends at byte " + lengthBytes);
    }
    if (target.hasArray()) {
      int offset = target.arrayOffset() + target.position();
      stream.readFully(positionBytes, target.array(), offset, target.remaining());
      target.position(target.limit());
      return;
    }
    byte[] copy = new byte[Math.min(COPY_BYTES, target.remaining())];
    for (long position = positionBytes; target.hasRemaining(); ) {
      int length = Math.min(copy.length, target.remaining());
      stream.readFully(position, copy, 0, length);
      target.put(copy, 0, length);
      position += length;
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
