package io.shardsum.testing;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The local file system under the scheme {@code misread:}, which hands out a wrong byte when it is
 * told to, as memory or a network may. Hadoop makes the instances: what is misread is the same for
 * all.
 */
public final class MisreadingFileSystem extends RawLocalFileSystem {

  private static final URI ROOT = URI.create("misread:///");
  private static final Map<String, Misread> MISREADS = new ConcurrentHashMap<>();
  private static final Map<String, Boolean> VANISHING = new ConcurrentHashMap<>();
  private static final Map<String, Mishap> MISHAPS = new ConcurrentHashMap<>();

  /** What happens when a file is read. */
  public interface Mishap {
    /** Called before bytes from {@code position} on are read. */
    void at(long position) throws IOException;
  }

  /** Where a file is misread, and by what in which reading: 0 leaves the byte right. */
  private static final class Misread {
    private final long position;
    private final List<Integer> masks;
    private int readings;

    Misread(long position, List<Integer> masks) {
      this.position = position;
      this.masks = masks;
    }

    synchronized int readings() {
      return readings;
    }

    synchronized byte mask() {
      int reading = readings++;
      return reading < masks.size() ? masks.get(reading).byteValue() : 0;
    }
  }

  /** Makes the scheme known, and reads everything as it is. */
  public static void register(Configuration conf) {
    conf.setClass("fs.misread.impl", MisreadingFileSystem.class, RawLocalFileSystem.class);
    MISREADS.clear();
    VANISHING.clear();
    MISHAPS.clear();
  }

  /**
   * Misreads a byte.
   *
   * @param position of the byte in the file
   * @param masks which bits are wrong in the first reading, the second and so on
   */
  public static void misread(java.nio.file.Path file, long position, Integer... masks) {
    MISREADS.put(file.toString(), new Misread(position, List.of(masks)));
  }

  /** A file is gone as soon as it was opened once. */
  public static void vanish(java.nio.file.Path file) {
    VANISHING.put(file.toString(), false);
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    if (VANISHING.getOrDefault(path.toUri().getPath(), false)) {
      throw new FileNotFoundException(path.toString());
    }
    return super.getFileStatus(path);
  }

  /** Something happens each time that a file is read. */
  public static void whenRead(java.nio.file.Path file, Mishap mishap) {
    MISHAPS.put(file.toString(), mishap);
  }

  /** How often the byte of {@link #misread} was read. */
  public static int readings(java.nio.file.Path file) {
    return MISREADS.get(file.toString()).readings();
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public String getScheme() {
    return ROOT.getScheme();
  }

  @Override
  public FSDataInputStream open(Path path, int bufferBytes) throws IOException {
    FSDataInputStream stream = super.open(path, bufferBytes);
    VANISHING.computeIfPresent(path.toUri().getPath(), (any, opened) -> true);
    Misread misread = MISREADS.get(path.toUri().getPath());
    Mishap mishap = MISHAPS.getOrDefault(path.toUri().getPath(), position -> {});
    return new FSDataInputStream(new MisreadStream(stream, Optional.ofNullable(misread), mishap));
  }

  private static final class MisreadStream extends FSInputStream {
    private final FSDataInputStream stream;
    private final Optional<Misread> misread;
    private final Mishap mishap;

    MisreadStream(FSDataInputStream stream, Optional<Misread> misread, Mishap mishap) {
      this.stream = stream;
      this.misread = misread;
      this.mishap = mishap;
    }

    @Override
    public void seek(long positionBytes) throws IOException {
      stream.seek(positionBytes);
    }

    @Override
    public long getPos() throws IOException {
      return stream.getPos();
    }

    @Override
    public boolean seekToNewSource(long positionBytes) {
      return false;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      long begin = stream.getPos();
      mishap.at(begin);
      int read = stream.read(target, offset, length);
      if (misread.isPresent()) {
        long position = misread.get().position;
        if (position >= begin && position < begin + read) {
          target[(int) (offset + position - begin)] ^= misread.get().mask();
        }
      }
      return read;
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }
}
