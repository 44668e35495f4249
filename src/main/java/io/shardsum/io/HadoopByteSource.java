package io.shardsum.io;

import io.shardsum.safetensors.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.fs.FSDataInputStream;

/**
 * A file of any Hadoop file system. Reads that follow one another stay on one stream, so that an
 * object store serves them with one request.
 */
final class HadoopByteSource implements ByteSource {

  private final String name;
  private final long lengthBytes;
  private final FSDataInputStream stream;
  private byte[] copy = new byte[0];

  HadoopByteSource(String name, long lengthBytes, FSDataInputStream stream) {
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
    if (stream.getPos() != positionBytes) {
      stream.seek(positionBytes);
    }
    if (target.hasArray()) {
      int offset = target.arrayOffset() + target.position();
      stream.readFully(target.array(), offset, target.remaining());
      target.position(target.limit());
      return;
    }
    if (copy.length < target.remaining()) {
      copy = new byte[target.remaining()];
    }
    int length = target.remaining();
    stream.readFully(copy, 0, length);
    target.put(copy, 0, length);
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
