package io.shardsum.io;

import io.shardsum.safetensors.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.functional.FutureIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens shards, and says whether they are still what was listed. Files of the local file system are
 * read without Hadoop, through which each byte would be copied twice more.
 */
public final class ShardOpener {

  /** The bytes of an open file, and what they come through. */
  record Opened(ByteSource source, ReadThrough through) {}

  /** In what is said of a file that lies on the disk of another host. */
  public static final String NO_EXECUTOR = ": no executor on ";

  private static final Logger LOG = LoggerFactory.getLogger(ShardOpener.class);

  private final Configuration hadoopConf;
  private final ReadSettings settings;
  private final ReadCounts counts;
  private final ThisHost here;

  /** Reads as is usual; nobody looks at the counts. */
  public ShardOpener(Configuration hadoopConf) {
    this(hadoopConf, ReadSettings.USUAL, new ReadCounts());
  }

  /**
   * Opens as {@code hadoopConf} says.
   *
   * @param counts what is read is added to these
   */
  public ShardOpener(Configuration hadoopConf, ReadSettings settings, ReadCounts counts) {
    this(hadoopConf, settings, counts, ThisHost.ofProcess());
  }

  /**
   * Opens as {@code hadoopConf} says.
   *
   * @param counts what is read is added to these
   * @param here the host that this runs on: files on the disks of others are not read
   */
  public ShardOpener(
      Configuration hadoopConf, ReadSettings settings, ReadCounts counts, ThisHost here) {
    this.hadoopConf = hadoopConf;
    this.settings = settings;
    this.counts = counts;
    this.here = here;
  }

  int readRetries() {
    return settings.retries();
  }

  public ReadCounts counts() {
    return counts;
  }

  /** A file that is read from its begin to its end. */
  public Shard open(ListedFile file) {
    return open(file, ReadPolicy.FORWARD);
  }

  /** A file; what is wrong with it is said when it is read. */
  public Shard open(ListedFile file, ReadPolicy policy) {
    return new Shard(file, this, policy);
  }

  /**
   * Opens the bytes of a file.
   *
   * @param announcedEnd as {@link Shard#willReadUpTo} has it; 0: nobody has said
   * @throws IOException if it is gone or may not be read
   */
  Opened source(ListedFile file, ReadPolicy policy, LongSupplier announcedEnd) throws IOException {
    counts.addFile();
    Path path = path(file);
    FileSystem fileSystem = path.getFileSystem(hadoopConf);
    if (fileSystem instanceof LocalFileSystem local) {
      return local(file, localPath(file, local, path), policy);
    }
    ByteSource source =
        policy == ReadPolicy.FORWARD && PinnedStatus.isS3a(fileSystem)
            ? new S3aByteSource(
                file,
                new S3aStretch.Requests(
                    end -> stream(file, policy, end, path, fileSystem),
                    RangesAhead.mostAtATime(fileSystem.getConf())),
                announcedEnd)
            : new HadoopByteSource(
                file, stream(file, policy, file.lengthBytes(), path, fileSystem), policy);
    return new Opened(limited(source), ReadThrough.STORE);
  }

  private static FSDataInputStream stream(
      ListedFile file, ReadPolicy policy, long endBytes, Path path, FileSystem fileSystem)
      throws IOException {
    FutureDataInputStreamBuilder open =
        fileSystem
            .openFile(path)
            .opt("fs.option.openfile.read.policy", policy.hadoopName())
            .opt("fs.option.openfile.length", Long.toString(endBytes));
    PinnedStatus.of(file, endBytes, path, fileSystem)
        .ifPresent(status -> open.withFileStatus(status));
    return FutureIO.awaitFuture(open.build());
  }

  private Opened local(ListedFile file, java.nio.file.Path path, ReadPolicy policy)
      throws IOException {
    if (settings.isDirect()) {
      Optional<ByteSource> direct = DirectByteSource.open(file, path, policy, settings.maxRate());
      if (direct.isPresent()) {
        return new Opened(direct.get(), ReadThrough.DIRECT);
      }
      counts.addThroughCache(file);
    }
    return new Opened(limited(ByteSource.ofPath(path)), ReadThrough.CACHE);
  }

  private ByteSource limited(ByteSource source) {
    return settings.maxRate().isUnlimited()
        ? source
        : new LimitedByteSource(source, settings.maxRate());
  }

  /** Whether the storage itself refuses to read anything but what was listed. */
  boolean isPinned(ListedFile file) throws IOException {
    return !file.etag().isEmpty()
        && PinnedStatus.isPinned(file, path(file).getFileSystem(hadoopConf));
  }

  /**
   * What the storage says of a file now.
   *
   * @throws IOException if it is gone, or is not what was listed
   */
  FileState checkUnchanged(ListedFile file) throws IOException {
    FileState listed = FileState.listed(file);
    Path path = path(file);
    FileSystem fileSystem = path.getFileSystem(hadoopConf);
    FileState now;
    boolean same;
    if (fileSystem instanceof LocalFileSystem local) {
      now = localState(file, localPath(file, local, path));
      same = now.equals(listed);
    } else {
      now = FileState.of(fileSystem.getFileStatus(path));
      same = now.isSameFileAs(listed);
    }
    requireSame(file, same, "listed", listed, now);
    return now;
  }

  /**
   * As {@link #checkUnchanged(ListedFile)}.
   *
   * @param opened what the storage said when the file was opened
   */
  void checkUnchanged(ListedFile file, FileState opened) throws IOException {
    FileState now = checkUnchanged(file);
    requireSame(file, now.isSameFileAs(opened), "opened", opened, now);
  }

  private static void requireSame(
      ListedFile file, boolean same, String since, FileState before, FileState now)
      throws UnreadableFileException {
    if (!same) {
      String changed =
          "Cannot read %s: changed after it was %s: expected %s, found %s"
              .formatted(file.shown(), since, before, now);
      LOG.warn(changed);
      throw new UnreadableFileException(changed, null);
    }
  }

  private static FileState localState(ListedFile file, java.nio.file.Path path) throws IOException {
    BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
    if (now.isOther()) { // a pipe would wait for its writer
      throw new UnreadableFileException(
          "Cannot read %s: expected a file, found a pipe, a socket or a device"
              .formatted(file.shown()),
          null);
    }
    return new FileState(now.size(), now.lastModifiedTime().toMillis(), Optional.empty());
  }

  /**
   * Where the file is, for who is on its host.
   *
   * @throws UnreadableFileException if this is another host, whose files of that path are others
   */
  private Path path(ListedFile file) throws UnreadableFileException {
    Optional<String> host = file.host();
    if (host.isPresent() && !here.is(host.get())) {
      throw new UnreadableFileException(
          "Cannot read %s%s%s (this is %s)".formatted(file.shown(), NO_EXECUTOR, host.get(), here),
          null);
    }
    try {
      return new Path(ListedFile.withoutHost(file.path()));
    } catch (IllegalArgumentException e) {
      throw new UnreadableFileException(
          "Cannot read %s: not a path: %s"
              .formatted(file.shown(), ListedFile.shown(e.getMessage())),
          e);
    }
  }

  /** Where the locale of the process cannot write a name, Java cannot open the file. */
  private static java.nio.file.Path localPath(ListedFile file, LocalFileSystem local, Path path)
      throws UnreadableFileException {
    try {
      return local.pathToFile(path).toPath();
    } catch (InvalidPathException e) {
      throw new UnreadableFileException(
          "Cannot read %s: not a name of a local file here: %s"
              .formatted(file.shown(), e.getReason()),
          e);
    }
  }

  /** Trying again does not help, and the message says all. */
  static final class UnreadableFileException extends IOException {
    private static final long serialVersionUID = 1;

    UnreadableFileException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
