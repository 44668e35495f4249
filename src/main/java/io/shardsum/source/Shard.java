package io.shardsum.source;

import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.SafetensorsFormatException;
import io.shardsum.safetensors.SafetensorsHeader;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.apache.hadoop.security.AccessControlException;

/**
 * An open file of weights. A read that fails is tried again on a freshly opened file, unless trying
 * again cannot help; then the message says what was wrong with which file.
 */
final class Shard implements Closeable {

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;

  private final ListedFile file;
  private final ShardOpener opener;
  private final SafetensorsHeader header;
  private ByteSource source;

  /**
   * Opens a file and reads its header.
   *
   * @throws IOException with the file's name in the message, if that fails after all retries
   */
  Shard(ListedFile file, ShardOpener opener) throws IOException {
    this.file = file;
    this.opener = opener;
    this.header = readHeader();
    count(header.dataOffsetBytes());
  }

  /** What breaks the format may have been misread: it is broken if a second reading says so, too. */
  private SafetensorsHeader readHeader() throws IOException {
    try {
      return retrying(() -> SafetensorsHeader.read(openSource()));
    } catch (SafetensorsFormatException e) {
      SafetensorsHeader again = retrying(() -> SafetensorsHeader.read(openSource()));
      opener.metrics().addHeaderReadAgain();
      return again;
    }
  }

  SafetensorsHeader header() {
    return header;
  }

  /**
   * Fills {@code target} from the file's byte {@code positionBytes} on.
   *
   * @throws IOException as the constructor
   */
  void read(long positionBytes, ByteBuffer target) throws IOException {
    int begin = target.position();
    int length = target.remaining();
    retrying(
        () -> {
          target.position(begin);
          openSource().readFully(positionBytes, target);
          return target;
        });
    count(length);
  }

  private void count(long bytes) {
    opener.metrics().addBytes(bytes);
    if (!(source instanceof HadoopByteSource)) {
      opener.metrics().addBytesPastHadoop(bytes);
    }
  }

  /**
   * Checks that the file is still the one whose header was read.
   *
   * @throws IOException as the constructor
   */
  void checkUnchanged() throws IOException {
    retrying(
        () -> {
          opener.checkUnchanged(file);
          return file;
        });
  }

  private ByteSource openSource() throws IOException {
    if (source == null) {
      source = opener.open(file);
    }
    return source;
  }

  private <T> T retrying(Read<T> read) throws IOException {
    long pauseMillis = FIRST_PAUSE_MILLIS;
    for (int retriesLeft = opener.readRetries(); ; retriesLeft--) {
      try {
        return read.run();
      } catch (IOException e) {
        closeAfter(e);
        if (retriesLeft == 0 || isFinal(e)) {
          throw explained(e);
        }
      }
      pause(pauseMillis);
      pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
    }
  }

  /** Closes what a read has failed on; that this may fail too is no news. */
  private void closeAfter(IOException failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static boolean isFinal(IOException e) {
    return isInterrupt(e)
        || e instanceof SafetensorsFormatException
        || e instanceof ShardOpener.UnreadableFileException
        || isMissing(e)
        || isDenied(e);
  }

  /** Whether Spark wants the task to stop: that is no fault of the file. A timeout is one. */
  static boolean isInterrupt(IOException e) {
    return e instanceof ClosedByInterruptException
        || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException));
  }

  private static boolean isMissing(IOException e) {
    return e instanceof NoSuchFileException || e instanceof FileNotFoundException;
  }

  private static boolean isDenied(IOException e) {
    return e instanceof AccessDeniedException || e instanceof AccessControlException;
  }

  private IOException explained(IOException e) {
    if (isInterrupt(e)
        || e instanceof SafetensorsFormatException
        || e instanceof ShardOpener.UnreadableFileException) {
      return e;
    }
    if (isMissing(e)) {
      return new IOException("Cannot read %s: gone after it was listed".formatted(file.shown()), e);
    }
    if (isDenied(e)) {
      return new IOException("Cannot read %s: permission denied".formatted(file.shown()), e);
    }
    return new IOException(
        "Cannot read %s: %s".formatted(file.shown(), ListedFile.shown(e.toString())), e);
  }

  private static void pause(long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted between two reads");
    }
  }

  @Override
  public void close() throws IOException {
    if (source != null) {
      ByteSource closing = source;
      source = null;
      closing.close();
    }
  }

  private interface Read<T> {
    T run() throws IOException;
  }
}
