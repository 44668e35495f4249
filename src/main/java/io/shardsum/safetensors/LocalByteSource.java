package io.shardsum.safetensors;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** A file of the local file system, read by position, so that threads do not disturb each other. */
final class LocalByteSource implements ByteSource {

  private final String name;
  private final FileChannel channel;
  private final long lengthBytes;

  private LocalByteSource(String name, FileChannel channel, long lengthBytes) {
    this.name = name;
    this.channel = channel;
    this.lengthBytes = lengthBytes;
  }

  static LocalByteSource open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new LocalByteSource(path.toString(), channel, channel.size());
    } catch (IOException e) {
      channel.close();
      throw e;
    }
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
    long position = positionBytes;
    while (target.hasRemaining()) {
      int readBytes = channel.read(target, position);
      if (readBytes < 0) {
        throw new EOFException(
            String.format(
                Locale.ROOT,
                "Cannot read %s: file ends too soon: expected %d more bytes at byte %d, found none",
                HeaderText.shown(name),
                target.remaining(),
                position));
      }
      position += readBytes;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
