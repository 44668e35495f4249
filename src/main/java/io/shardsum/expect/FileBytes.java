package io.shardsum.expect;

import io.shardsum.safetensors.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/** A file of any Hadoop file system, read by position. */
final class FileBytes implements ByteSource {
  private static final int COPY_BYTES = 1 << 20;

  private final String name;
  private final long lengthBytes;
  private final FSDataInputStream stream;

  private FileBytes(String name, long lengthBytes, FSDataInputStream stream) {
    this.name = name;
    this.lengthBytes = lengthBytes;
    this.stream = stream;
  }

  /** Opens a file; one of the local file system without Hadoop between. */
  static ByteSource open(String path, long lengthBytes, Configuration conf) throws IOException {
    Path file = new Path(path);
    URI uri = file.toUri();
    if (uri.getScheme() == null || uri.getScheme().equals("file")) {
      return ByteSource.ofPath(java.nio.file.Path.of(uri.getPath()));
    }
    return new FileBytes(path, lengthBytes, file.getFileSystem(conf).open(file));
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
