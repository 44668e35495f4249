package io.shardsum.io;

import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.SafetensorsFormatException;
import io.shardsum.safetensors.SafetensorsHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A file of weights, opened when it is first read. A read that fails is tried again on a freshly
 * opened file, unless trying again cannot help; then the message says what was wrong with which
 * file. What is read {@link ReadPolicy#ANYWHERE} is safe for use by several threads.
 */
public final class Shard implements ByteSource {

  private interface Reading<T> {
    T from(ByteSource source) throws IOException;
  }

  private final ListedFile file;
  private final ShardOpener opener;
  private final ReadPolicy policy;
  private final Retries retries;
  private SafetensorsHeader header;
  private FileState opened;
  private ShardOpener.Opened source;
  private ReadThrough through;
  private volatile long willReadUpToBytes;

  Shard(ListedFile file, ShardOpener opener, ReadPolicy policy) {
    this.file = file;
    this.opener = opener;
    this.policy = policy;
    this.retries = new Retries(file, opener.readRetries());
  }

  /**
   * The header, which is read once. What breaks the format may have been misread: it is broken if a
   * second reading says so, too.
   *
   * @throws IOException with the file's name in the message, if that fails after all retries
   */
  public SafetensorsHeader header() throws IOException {
    return header(bytes -> {});
  }

  /**
   * The same, of a file of which nothing was read before.
   *
   * @param sink takes all bytes before those of tensors
   */
  public SafetensorsHeader header(Consumer<ByteBuffer> sink) throws IOException {
    if (header == null) {
      header = readHeader(sink);
      count(header.dataOffsetBytes());
    }
    return header;
  }

  private SafetensorsHeader readHeader(Consumer<ByteBuffer> sink) throws IOException {
    Reading<SafetensorsHeader> reading = from -> SafetensorsHeader.read(from, sink);
    try {
      return read(reading);
    } catch (SafetensorsFormatException e) {
      SafetensorsHeader again = read(reading);
      opener.counts().addHeaderReadAgain();
      return again;
    }
  }

  /** Says up to where bytes will be read from now on: an object store is asked for no more. */
  public void willReadUpTo(long endBytes) {
    willReadUpToBytes = endBytes;
  }

  @Override
  public String name() {
    return file.path();
  }

  @Override
  public long lengthBytes() {
    return file.lengthBytes();
  }

  /**
   * Fills {@code target} from the file's byte {@code positionBytes} on.
   *
   * @throws IOException as {@link #header}
   */
  @Override
  public void readFully(long positionBytes, ByteBuffer target) throws IOException {
    int begin = target.position();
    read(
        from -> {
          target.position(begin);
          from.readFully(positionBytes, target);
          return target;
        });
    count(target.position() - begin);
  }

  private <T> T read(Reading<T> reading) throws IOException {
    return retries.run(
        () -> {
          ShardOpener.Opened from = source();
          try {
            return reading.from(from.source());
          } catch (IOException e) {
            discard(from, e);
            throw e;
          }
        });
  }

  private void count(long bytes) {
    opener.counts().addBytes(bytes);
    if (readThrough().orElseThrow() != ReadThrough.STORE) {
      opener.counts().addBytesPastHadoop(bytes);
    }
  }

  /**
   * What its bytes have come through so far: the cache, if any of them have; empty if it was not
   * opened.
   */
  public synchronized Optional<ReadThrough> readThrough() {
    return Optional.ofNullable(through);
  }

  /**
   * Checks that the file, if it was opened, is still the one that was.
   *
   * @throws IOException as {@link #header}
   */
  public void checkUnchanged() throws IOException {
    FileState before;
    synchronized (this) {
      before = opened;
    }
    if (before != null && !opener.isPinned(file)) {
      retries.run(
          () -> {
            opener.checkUnchanged(file, before);
            return file;
          });
    }
  }

  private synchronized ShardOpener.Opened source() throws IOException {
    if (source == null) {
      if (opened == null) {
        opened = opener.isPinned(file) ? FileState.listed(file) : opener.checkUnchanged(file);
      } else {
        opener.checkUnchanged(file, opened);
      }
      source = opener.source(file, policy, () -> willReadUpToBytes);
      through = through == ReadThrough.CACHE ? through : source.through();
    }
    return source;
  }

  /** Closes what a read has failed on; that this may fail too is no news. */
  private synchronized void discard(ShardOpener.Opened failed, IOException failure) {
    if (source != null && failed.source() == source.source()) { // else a thread has opened it anew
      try {
        close();
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (source != null) {
      ShardOpener.Opened closing = source;
      source = null;
      closing.source().close();
    }
  }
}
