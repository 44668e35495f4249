package io.shardsum.live;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Ends with an exception after so many bytes: what is packed can be much longer than it came. */
final class LimitedStream extends FilterInputStream {

  private final AnswerLimit limit;
  private long left;

  LimitedStream(InputStream in, AnswerLimit limit) {
    super(in);
    this.limit = limit;
    this.left = limit.bytes();
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
      throw limit.exceeded();
    }
  }
}
