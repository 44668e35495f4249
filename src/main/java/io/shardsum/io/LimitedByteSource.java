package io.shardsum.io;

import io.shardsum.safetensors.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that is read no faster than a rate allows. */
record LimitedByteSource(ByteSource source, ByteRate rate) implements ByteSource {

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public long lengthBytes() {
    return source.lengthBytes();
  }

  @Override
  public void readFully(long positionBytes, ByteBuffer target) throws IOException {
    RateLimit.OF_THIS_PROCESS.await(target.remaining(), rate);
    source.readFully(positionBytes, target);
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
