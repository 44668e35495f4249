package io.shardsum.safetensors;

import java.io.EOFException;
import java.nio.ByteBuffer;

/** A file made of the bytes given, which may claim to be longer than they are. */
final class MemoryByteSource implements ByteSource {

  private final byte[] bytes;
  private final long lengthBytes;

  MemoryByteSource(byte[] bytes) {
    this(bytes, bytes.length);
  }

  MemoryByteSource(byte[] bytes, long lengthBytes) {
    this.bytes = bytes;
    this.lengthBytes = lengthBytes;
  }

  @Override
  public String name() {
    return "m.safetensors";
  }

  @Override
  public long lengthBytes() {
    return lengthBytes;
  }

  @Override
  public void readFully(long positionBytes, ByteBuffer target) throws EOFException {
    if (positionBytes > bytes.length - target.remaining()) {
      throw new EOFException("read past the bytes given");
    }
    target.put(bytes, (int) positionBytes, target.remaining());
  }

  @Override
  public void close() {}
}
