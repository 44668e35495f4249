package io.shardsum.safetensors;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Random access to the bytes of one file, which must not change while the source is open.
 *
 * <p>Whoever opens a source closes it; nothing in this package closes a source it was handed.
 */
public interface ByteSource extends Closeable {

  /** The file's name, as messages shall show it. */
  String name();

  /** The file's length in bytes. */
  long lengthBytes();

  /**
   * Fills all that remains of {@code target} with the file's bytes from {@code positionBytes} on.
   *
   * @throws java.io.EOFException if the file ends before {@code target} is full
   * @throws IllegalArgumentException if {@code positionBytes < 0}
   */
  void readFully(long positionBytes, ByteBuffer target) throws IOException;

  /**
   * Opens a file of the local file system. The source may be read by several threads at once.
   *
   * @throws java.nio.file.NoSuchFileException if there is no such file
   */
  static ByteSource ofPath(Path path) throws IOException {
    return LocalByteSource.open(path);
  }
}
