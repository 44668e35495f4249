package io.shardsum.live;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Ends with an exception after so many bytes: what is packed can be much longer than it came. */
final class LimitedStream extends FilterInputStream {

  /** The answer goes on after the most that is read of one. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(long mostBytes) {
      super("longer than " + mostBytes + " bytes");
    }
  }

  private final long mostBytes;
  private long left;

  LimitedStream(InputStream in, long mostBytes) {
    super(in);
    this.mostBytes = mostBytes;
    this.left = mostBytes;
  }

  @Override
  public int read() throws IOException {
    int read = super.read();
    count(read < 0 ? 0 : 1);
    return read;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    int read = super.read(bytes, from, length);
    count(Math.max(0, read));
    return read;
  }

  private void count(int read) throws IOException {
    left -= read;
    if (left < 0) {
      throw new TooLongException(mostBytes);
    }
  }
}
