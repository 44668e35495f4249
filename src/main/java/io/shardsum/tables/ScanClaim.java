package io.shardsum.tables;

import io.shardsum.exit.UsageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name of a scan, as long as the scan runs: two of one name would write the same directories.
 * Or the gatherings of all scans, which one process writes at a time.
 *
 * <pre>OUT/_running-SCAN_ID, OUT/_gathering</pre>
 *
 * <p>The file is made only where there is none, and says which process made it; that it is touched
 * now and then says that the process lives. It is gone when this is closed, and when the process is
 * ended from outside.
 */
public final class ScanClaim implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ScanClaim.class);

  /** How the names of claims begin: readers of tables skip them. */
  private static final String NAME = "_running-";

  private static final String GATHERING = "_gathering";

  private static final int MOST_BYTES = 10_000;
  private static final int SECONDS_BETWEEN_SIGNS = 30;

  /** S3A makes the object only where there is none; other file systems do so anyway. */
  private static final String CONDITIONAL = "fs.option.create.conditional.overwrite";

  /**
   * What is claimed.
   *
   * @param refused what is said where another has it, with a place for whose it is
   * @param lost what is said where another has taken it over, likewise
   */
  private record Claimed(String file, String refused, String lost) {

    private static final Claimed GATHERINGS =
        new Claimed(
            GATHERING,
            "Cannot gather scans: another process is gathering them %s: wait for its end",
            "the gathering of scans was taken over by another process %s");

    static Claimed of(ScanId scan) {
      String name = scan.text();
      return new Claimed(
          NAME + name,
          "Cannot scan as "
              + name
              + ": a scan of that name is running %s: wait for its end, or give another --scan-id; if it is dead, add --replace",
          "scan " + name + " was taken over by another scan %s");
    }
  }

  private final ScanTables tables;
  private final Claimed claimed;
  private final Path file;
  private final FileSystem fileSystem;
  private final ClaimHolder self;
  private final ScheduledExecutorService signs;

  private ScanClaim(ScanTables tables, Claimed claimed, FileSystem fileSystem, Instant startedAt) {
    this.tables = tables;
    this.claimed = claimed;
    this.file = new Path(tables.out(), claimed.file());
    this.fileSystem = fileSystem;
    this.self = ClaimHolder.here(startedAt);
    this.signs =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "scan-claim");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Takes the name.
   *
   * @throws ClaimedScanException if another scan has it, and may not lose it
   * @throws UncheckedIOException if the file system does not let it
   */
  public static ScanClaim take(
      ScanTables tables, Instant startedAt, TakeOver takeOver, Configuration hadoopConf) {
    return take(tables, Claimed.of(tables.scanId()), startedAt, takeOver, hadoopConf);
  }

  /**
   * Takes the gatherings.
   *
   * @throws ClaimedScanException if another process has them
   * @throws UncheckedIOException if the file system does not let it
   */
  static ScanClaim ofGatherings(ScanTables tables, Instant startedAt, Configuration hadoopConf) {
    return take(tables, Claimed.GATHERINGS, startedAt, TakeOver.OF_THE_DEAD, hadoopConf);
  }

  private static ScanClaim take(
      ScanTables tables,
      Claimed claimed,
      Instant startedAt,
      TakeOver takeOver,
      Configuration hadoopConf) {
    try {
      FileSystem fileSystem = tables.out().getFileSystem(hadoopConf);
      makeDirectory(tables, fileSystem);
      ScanClaim claim = new ScanClaim(tables, claimed, fileSystem, startedAt);
      claim.take(takeOver);
      return claim;
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    } catch (UsageException e) {
      throw e;
    } catch (RuntimeException e) { // as Hadoop says that it has no connector
      throw tables.cannotWrite(new IOException(e.getMessage(), e));
    }
  }

  private static void makeDirectory(ScanTables tables, FileSystem fileSystem) throws IOException {
    try {
      if (!fileSystem.mkdirs(tables.out())) {
        throw new IOException("cannot make the directory " + tables.out());
      }
    } catch (FileAlreadyExistsException | ParentNotDirectoryException e) {
      throw tables.notADirectory(e);
    }
  }

  private void take(TakeOver takeOver) throws IOException {
    if (!isMade()) {
      displace(takeOver);
      if (!isMade()) {
        throw taken(holder());
      }
    }
    if (!isOurs()) {
      throw taken(holder());
    }
    fileSystem.deleteOnExit(file);
    Future<?> unused =
        signs.scheduleWithFixedDelay(
            this::giveSign, SECONDS_BETWEEN_SIGNS, SECONDS_BETWEEN_SIGNS, TimeUnit.SECONDS);
  }

  /** Makes the file, if there is none. */
  private boolean isMade() throws IOException {
    try (OutputStream out = fileSystem instanceof LocalFileSystem local ? ofDisk(local) : made()) {
      out.write(self.text().getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (IOException e) {
      // Each store has an error of its own for a file that is there. It may be ours, if an answer
      // was lost on its way.
      if (isOurs()) {
        return true;
      }
      if (fileSystem.exists(file)) {
        return false;
      }
      throw e;
    }
  }

  /** Hadoop looks whether there is a local file, and makes it then: two may look at once. */
  private OutputStream ofDisk(LocalFileSystem local) throws IOException {
    return Files.newOutputStream(
        local.pathToFile(file).toPath(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private OutputStream made() throws IOException {
    FSDataOutputStreamBuilder<?, ?> builder = fileSystem.createFile(file);
    builder.overwrite(false);
    builder.opt(CONDITIONAL, true);
    return builder.build();
  }

  /** Moves the file of another away: of several that do so at once, one succeeds. */
  private void displace(TakeOver takeOver) throws IOException {
    ClaimHolder holder = holder();
    Instant now = Instant.now();
    if (takeOver == TakeOver.OF_THE_DEAD && !holder.isDead(lastSign(now), now)) {
      throw taken(holder);
    }
    Path away = file.suffix("-" + self.token());
    if (fileSystem.rename(file, away)) {
      ClaimHolder moved = ClaimHolder.parse(text(away));
      if (!moved.token().equals(holder.token())) {
        fileSystem.rename(away, file);
        throw taken(moved);
      }
      StoredScans.delete(away, fileSystem);
      LOG.info("Took {} from {}", file.getName(), holder.token());
    }
  }

  private Instant lastSign(Instant now) throws IOException {
    try {
      FileStatus status = fileSystem.getFileStatus(file);
      return Instant.ofEpochMilli(status.getModificationTime());
    } catch (FileNotFoundException e) {
      return now;
    }
  }

  private ClaimHolder holder() throws IOException {
    return ClaimHolder.parse(text(file));
  }

  private String text(Path path) throws IOException {
    try (InputStream in = fileSystem.open(path)) {
      return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      return "";
    }
  }

  private boolean isOurs() throws IOException {
    return holder().token().equals(self.token());
  }

  private ClaimedScanException taken(ClaimHolder holder) {
    return new ClaimedScanException(claimed.refused().formatted(holder.words()));
  }

  /** Says that the scan lives. */
  private void giveSign() {
    try {
      if (isOurs()) {
        if (fileSystem instanceof LocalFileSystem) {
          fileSystem.setTimes(file, System.currentTimeMillis(), -1);
        } else {
          try (OutputStream out = fileSystem.create(file, true)) {
            out.write(self.text().getBytes(StandardCharsets.UTF_8));
          }
        }
      }
    } catch (IOException e) {
      // said the next time
    }
  }

  /**
   * Looks whether the name is still this scan's.
   *
   * @throws UncheckedIOException if another scan has taken it over
   */
  public void requireHeld() {
    try {
      if (!isOurs()) {
        throw new IOException(claimed.lost().formatted(holder().words()));
      }
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    }
  }

  /** Gives the name back. */
  @Override
  public void close() {
    signs.shutdownNow();
    try {
      if (isOurs()) {
        fileSystem.delete(file, false);
      }
      fileSystem.cancelDeleteOnExit(file);
    } catch (IOException e) {
      throw tables.cannotWrite(e);
    }
  }
}
