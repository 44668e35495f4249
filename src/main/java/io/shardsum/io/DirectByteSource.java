package io.shardsum.io;

import com.sun.nio.file.ExtendedOpenOption;
import io.shardsum.safetensors.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A local file that is read past the page cache, in whole blocks of its file system.
 *
 * <p>Without the cache, nobody reads ahead: a read that goes on where another one ended takes twice
 * as much as that one, up to a whole buffer. Weights and their scales, which are read by turns, go
 * on each from its own place.
 */
final class DirectByteSource implements ByteSource {

  /** Disks want no larger ones, and buffers are not longer. */
  private static final int MOST_BLOCK_BYTES = 1 << 20;

  /** Some file systems say less than their disks want. */
  private static final int LEAST_BLOCK_BYTES = 4096;

  /** They have no disk: their files are pages of the cache, however they are read. */
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

  /** What the system says where a file system lets a file be opened so, but not read. */
  private static final String REFUSED = "Invalid argument";

  private static final int PLACES = 2;

  private static final String DEVICE = "unix:dev";

  /** To look up a file system takes as long as to read a small file. */
  private static final Map<Object, Optional<Integer>> BLOCKS = new ConcurrentHashMap<>();

  private final ListedFile file;
  private final FileChannel channel;
  private final int blockBytes;
  private final ReadPolicy policy;
  private final ByteRate maxRate;
  private final Window[] windows = new Window[PLACES];

  private DirectByteSource(
      ListedFile file, FileChannel channel, int blockBytes, ReadPolicy policy, ByteRate maxRate) {
    this.file = file;
    this.channel = channel;
    this.blockBytes = blockBytes;
    this.policy = policy;
    this.maxRate = maxRate;
  }

  /**
   * Opens a file.
   *
   * @param path where it is
   * @return empty if its file system does not do that
   * @throws IOException if it is gone or may not be read
   */
  static Optional<ByteSource> open(ListedFile file, Path path, ReadPolicy policy, ByteRate maxRate)
      throws IOException {
    Optional<Integer> block =
        BLOCKS.computeIfAbsent(Files.getAttribute(path, DEVICE), any -> blockBytes(path));
    if (block.isEmpty()) {
      return Optional.empty();
    }
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ, ExtendedOpenOption.DIRECT);
    } catch (NoSuchFileException | AccessDeniedException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException e) {
      return Optional.empty();
    }
    DirectByteSource source = new DirectByteSource(file, channel, block.get(), policy, maxRate);
    try {
      source.readFully(0, ByteBuffer.allocate((int) Math.min(1, file.lengthBytes())));
      return Optional.of(source);
    } catch (IOException e) {
      source.close();
      if (REFUSED.equals(e.getMessage())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Of which length its blocks are; empty if a file cannot be read past the cache. */
  private static Optional<Integer> blockBytes(Path path) {
    try {
      FileStore store = Files.getFileStore(path);
      if (IN_MEMORY.contains(store.type())) {
        return Optional.empty();
      }
      long bytes = Math.max(LEAST_BLOCK_BYTES, store.getBlockSize());
      return bytes <= MOST_BLOCK_BYTES && Long.bitCount(bytes) == 1
          ? Optional.of((int) bytes)
          : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) { // one that nobody knows
      return Optional.empty();
    }
  }

  @Override
  public String name() {
    return file.path();
  }

  @Override
  public long lengthBytes() {
    return file.lengthBytes();
  }

  @Override
  public void readFully(long positionBytes, ByteBuffer target) throws IOException {
    if (policy == ReadPolicy.FORWARD) {
      readFully(positionBytes, target, windows);
      return;
    }
    Window[] ofThisRead = new Window[1];
    try {
      readFully(positionBytes, target, ofThisRead);
    } finally {
      giveBack(ofThisRead);
    }
  }

  private void readFully(long positionBytes, ByteBuffer target, Window[] from) throws IOException {
    long position = positionBytes;
    while (target.hasRemaining()) {
      if (position >= lengthBytes()) {
        throw endsTooSoon(position, target.remaining());
      }
      Window window = windowAt(position, from);
      if (!window.holds(position)) {
        window.fill(position, target.remaining());
      }
      position += window.copy(position, target);
    }
  }

  /** The one that holds a byte or ends before it; else the one that was not used last. */
  private Window windowAt(long position, Window[] from) {
    int chosen = from.length - 1;
    for (int index = 0; index < from.length; index++) {
      if (from[index] != null && from[index].reaches(position)) {
        chosen = index;
        break;
      }
    }
    Window window = from[chosen] == null ? new Window() : from[chosen];
    System.arraycopy(from, 0, from, 1, chosen);
    from[0] = window;
    return window;
  }

  private EOFException endsTooSoon(long position, int missingBytes) {
    return new EOFException(
        "Cannot read %s: file ends too soon: expected %s more bytes at byte %s, found none"
            .formatted(file.shown(), Integer.toString(missingBytes), Long.toString(position)));
  }

  /** Some blocks of the file. */
  private final class Window {
    private final ByteBuffer buffer = AlignedBuffers.take(blockBytes);
    private long beginBytes;
    private long endBytes;

    boolean holds(long position) {
      return position >= beginBytes && position < endBytes;
    }

    boolean reaches(long position) {
      return position >= beginBytes && position <= endBytes;
    }

    /** Moves on to the blocks from a position on. */
    void fill(long position, int wantedBytes) throws IOException {
      boolean goesOn = position == endBytes;
      long ahead = goesOn ? 2 * (endBytes - beginBytes) : 0;
      long begin = position / blockBytes * blockBytes;
      long wantedEnd = Math.max(position + wantedBytes, begin + ahead);
      int blocks = (int) Math.min(blocks(wantedEnd - begin), AlignedBuffers.BYTES / blockBytes);
      long end = Math.min(begin + (long) blocks * blockBytes, lengthBytes());
      beginBytes = begin;
      endBytes = begin;
      read(begin, (int) (end - begin));
      endBytes = end;
    }

    private void read(long begin, int lengthBytes) throws IOException {
      RateLimit.OF_THIS_PROCESS.await(lengthBytes, maxRate);
      buffer.clear().limit((int) blocks(lengthBytes) * blockBytes);
      while (buffer.position() < lengthBytes) {
        int from = buffer.position();
        channel.read(buffer, begin + from);
        if (buffer.position() < lengthBytes) { // goes on at a block
          buffer.position(buffer.position() / blockBytes * blockBytes);
          if (buffer.position() == from) {
            throw endsTooSoon(begin + from, lengthBytes - from);
          }
        }
      }
    }

    private long blocks(long bytes) {
      return (bytes + blockBytes - 1) / blockBytes;
    }

    int copy(long position, ByteBuffer target) {
      int length = (int) Math.min(target.remaining(), endBytes - position);
      target.put(buffer.limit(buffer.capacity()).slice((int) (position - beginBytes), length));
      return length;
    }
  }

  private void giveBack(Window[] of) {
    for (int index = 0; index < of.length; index++) {
      if (of[index] != null) {
        AlignedBuffers.giveBack(of[index].buffer, blockBytes);
        of[index] = null;
      }
    }
  }

  @Override
  public void close() throws IOException {
    giveBack(windows);
    channel.close();
  }
}
