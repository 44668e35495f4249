package io.shardsum.io;

import io.shardsum.safetensors.SafetensorsFormatException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.apache.hadoop.security.AccessControlException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again what failed with a file, after a pause that doubles, unless trying again cannot help;
 * then says what was wrong with which file.
 *
 * @param file the file
 * @param count how often
 */
public record Retries(ListedFile file, int count) {
  private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

  /** How often a read is tried again, unless it is said otherwise. */
  public static final int USUAL_COUNT = 3;

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;

  /** What may fail. */
  interface Read<T> {
    T run() throws IOException;
  }

  /**
   * Reads.
   *
   * @throws IOException with the file's name in the message, if that fails after all retries
   */
  <T> T run(Read<T> read) throws IOException {
    long pauseMillis = FIRST_PAUSE_MILLIS;
    for (int retriesLeft = count; ; retriesLeft--) {
      try {
        return read.run();
      } catch (IOException e) {
        if (retriesLeft == 0 || isFinal(e)) {
          throw explained(e);
        }
        LOG.warn("Cannot read {}, trying again in {} ms: {}", file.shown(), pauseMillis, shown(e));
      }
      pause(pauseMillis);
      pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
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
  public static boolean isInterrupt(IOException e) {
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
      return new IOException(
          "Cannot read %s: it was removed after it was listed".formatted(file.shown()), e);
    }
    return new IOException("Cannot read %s: %s".formatted(file.shown(), shown(e)), e);
  }

  private static String shown(IOException e) {
    return ListedFile.shown(FailureReason.of(e));
  }

  private static void pause(long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted between two reads");
    }
  }
}
