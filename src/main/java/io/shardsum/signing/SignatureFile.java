package io.shardsum.signing;

import io.shardsum.exit.UsageException;
import io.shardsum.io.FailureReason;
import io.shardsum.io.ListedFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file of a signature or a key, in any Hadoop file system. On a local disk Hadoop would write a
 * second file beside it, which would be a file of the model.
 */
public final class SignatureFile {

  private static final int MOST_BYTES = 64 << 20;

  /** What becomes of a file that is there. */
  public enum Present {
    /** It stays, and nothing is written. */
    REFUSED,
    /** It is replaced. */
    REPLACED
  }

  private final Path path;
  private final Configuration hadoopConf;

  /**
   * A file.
   *
   * @param location with its scheme
   */
  public SignatureFile(String location, Configuration hadoopConf) {
    this.path = new Path(location);
    this.hadoopConf = hadoopConf;
  }

  /**
   * Refuses one that is there and shall stay.
   *
   * @throws UsageException if it is there
   * @throws UncheckedIOException if nobody can tell
   */
  public void requireFree(Present present) {
    try {
      if (present == Present.REFUSED && storage().exists(path)) {
        throw new UsageException(
            "Cannot write %s: expected no file of this name, found one (--replace overwrites it)"
                .formatted(shown()));
      }
    } catch (IOException e) {
      throw cannot("write", e);
    }
  }

  /**
   * Writes it.
   *
   * @throws UncheckedIOException if the storage does not let it
   */
  public void write(String text) {
    try (OutputStream out = storage().create(path, true)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw cannot("write", e);
    }
  }

  /**
   * Reads it.
   *
   * @throws UsageException if it has more than 64 MiB, or cannot be read
   */
  public String read() {
    try (InputStream in = storage().open(path)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new UsageException(
            "Cannot read %s: expected at most 64 MiB, found more".formatted(shown()));
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UsageException(
          "Cannot read %s: %s".formatted(shown(), ListedFile.shown(FailureReason.of(e))), e);
    }
  }

  private FileSystem storage() throws IOException {
    FileSystem storage = path.getFileSystem(hadoopConf);
    return storage instanceof LocalFileSystem local ? local.getRaw() : storage;
  }

  private String shown() {
    return ListedFile.shown(path.toString());
  }

  private UncheckedIOException cannot(String verb, IOException e) {
    return new UncheckedIOException(
        "Cannot %s %s: %s".formatted(verb, shown(), ListedFile.shown(FailureReason.of(e))), e);
  }
}
