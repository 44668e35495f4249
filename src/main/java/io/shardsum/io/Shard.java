package io.shardsum.io;

import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.SafetensorsFormatException;
import io.shardsum.safetensors.SafetensorsHeader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file of weights. A read that fails is tried again on a freshly opened file, unless trying
 * again cannot help; then the message says what was wrong with which file.
 */
public final class Shard implements Closeable {

  private final ListedFile file;
  private final ShardOpener opener;
  private final Retries retries;
  private final SafetensorsHeader header;
  private FileState opened;
  private ByteSource source;

  /**
   * Opens a file and reads its header.
   *
   * @throws IOException with the file's name in the message, if that fails after all retries
   */
  public Shard(ListedFile file, ShardOpener opener) throws IOException {
    this.file = file;
    this.opener = opener;
    this.retries = new Retries(file, opener.readRetries(), this);
    this.header = readHeader();
    count(header.dataOffsetBytes());
  }

  /**
   * What breaks the format may have been misread: it is broken if a second reading says so, too.
   */
  private SafetensorsHeader readHeader() throws IOException {
    try {
      return retries.run(() -> SafetensorsHeader.read(openSource()));
    } catch (SafetensorsFormatException e) {
      SafetensorsHeader again = retries.run(() -> SafetensorsHeader.read(openSource()));
      opener.counts().addHeaderReadAgain();
      return again;
    }
  }

  public SafetensorsHeader header() {
    return header;
  }

  /**
   * Fills {@code target} from the file's byte {@code positionBytes} on.
   *
   * @throws IOException as the constructor
   */
  public void read(long positionBytes, ByteBuffer target) throws IOException {
    int length = target.remaining();
    retries.fill(
        target,
        () -> {
          openSource().readFully(positionBytes, target);
          return target;
        });
    count(length);
  }

  private void count(long bytes) {
    opener.counts().addBytes(bytes);
    if (!(source instanceof HadoopByteSource)) {
      opener.counts().addBytesPastHadoop(bytes);
    }
  }

  /**
   * Checks that the file is still the one whose header was read.
   *
   * @throws IOException as the constructor
   */
  public void checkUnchanged() throws IOException {
    retries.run(
        () -> {
          opener.checkUnchanged(file, opened);
          return file;
        });
  }

  private ByteSource openSource() throws IOException {
    if (source == null) {
      if (opened == null) {
        opened = opener.checkUnchanged(file);
      } else {
        opener.checkUnchanged(file, opened);
      }
      source = opener.open(file);
    }
    return source;
  }

  @Override
  public void close() throws IOException {
    if (source != null) {
      ByteSource closing = source;
      source = null;
      closing.close();
    }
  }
}
