package io.shardsum.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.shardsum.safetensors.ByteSource;
import io.shardsum.testing.PageCache;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DirectByteSourceTest {
  private static final int LONG_BYTES = 3 * AlignedBuffers.BYTES + 12_345;

  @TempDir(factory = PageCache.OnDisk.class)
  Path directory;

  @BeforeEach
  void assumeDirectReads() throws IOException {
    PageCache.assumeDirectReads(directory);
  }

  private Path file(int lengthBytes) throws IOException {
    byte[] bytes = new byte[lengthBytes];
    new Random(lengthBytes).nextBytes(bytes);
    return Files.write(directory.resolve("file-" + lengthBytes), bytes);
  }

  private static ByteSource open(Path path, ReadPolicy policy) throws IOException {
    ListedFile file = new ListedFile(path.toString(), Files.size(path), 0);
    return DirectByteSource.open(file, path, policy, ByteRate.UNLIMITED).orElseThrow();
  }

  private static byte[] read(ByteSource source, long position, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    source.readFully(position, target);
    return target.array();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 511, 4095, 4096, 4097, 65_537, 1 << 20, (4 << 20) + 1, LONG_BYTES})
  void readsAFileOfAnyLength(int lengthBytes) throws IOException {
    Path path = file(lengthBytes);
    byte[] bytes = Files.readAllBytes(path);
    for (ReadPolicy policy : ReadPolicy.values()) {
      try (ByteSource source = open(path, policy)) {
        assertThat(source.lengthBytes()).isEqualTo(lengthBytes);
        assertThat(read(source, 0, lengthBytes)).isEqualTo(bytes);
        for (int piece : new int[] {7, 4096, 262_144}) {
          for (int at = 0; at < Math.min(lengthBytes, 10 * piece); at += piece) {
            int length = Math.min(piece, lengthBytes - at);
            assertThat(read(source, at, length))
                .isEqualTo(Arrays.copyOfRange(bytes, at, at + length));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ReadPolicy.class)
  void readsHereAndThere(ReadPolicy policy) throws IOException {
    Path path = file(LONG_BYTES);
    byte[] bytes = Files.readAllBytes(path);
    Random random = new Random(1);
    int[] places = {0, LONG_BYTES / 3, LONG_BYTES / 2};
    try (ByteSource source = open(path, policy)) {
      for (int read = 0; read < 500; read++) {
        int place = random.nextInt(places.length + 1);
        int at = place < places.length ? places[place] : random.nextInt(LONG_BYTES);
        int length = Math.min(random.nextInt(1, 20_000), LONG_BYTES - at);
        ByteBuffer target = ByteBuffer.allocateDirect(length + 3).position(3);
        source.readFully(at, target);
        assertThat(target.hasRemaining()).isFalse();
        assertThat(target.position(3)).isEqualTo(ByteBuffer.wrap(bytes, at, length));
        if (place < places.length) {
          places[place] += length;
        }
      }
    }
  }

  @Test
  void isReadBySeveralThreads() throws Exception {
    Path path = file(LONG_BYTES);
    byte[] bytes = Files.readAllBytes(path);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (ByteSource source = open(path, ReadPolicy.ANYWHERE)) {
      List<Future<?>> reads = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        Random random = new Random(thread);
        reads.add(
            threads.submit(
                () -> {
                  for (int read = 0; read < 200; read++) {
                    int at = random.nextInt(LONG_BYTES - 50_000);
                    assertThat(read(source, at, 50_000))
                        .isEqualTo(Arrays.copyOfRange(bytes, at, at + 50_000));
                  }
                  return null;
                }));
      }
      for (Future<?> read : reads) {
        read.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @EnumSource(ReadPolicy.class)
  void saysWhereAFileEndsTooSoon(ReadPolicy policy) throws IOException {
    Path path = file(20_000);
    try (ByteSource source = open(path, policy)) {
      assertThatThrownBy(() -> read(source, 19_990, 20))
          .isInstanceOf(EOFException.class)
          .hasMessage(
              "Cannot read "
                  + path
                  + ": file ends too soon: expected 10 more bytes at byte 20000, found none");
      try (RandomAccessFile cut = new RandomAccessFile(path.toFile(), "rw")) {
        cut.setLength(9000);
      }
      assertThatThrownBy(() -> read(source, 8500, 10_000))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("file ends too soon");
    }
  }

  @Test
  void saysThatAFileIsGone() {
    Path gone = directory.resolve("gone");
    assertThatThrownBy(
            () ->
                DirectByteSource.open(
                    new ListedFile(gone.toString(), 1, 0),
                    gone,
                    ReadPolicy.FORWARD,
                    ByteRate.UNLIMITED))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void isNotWhereFilesAreInMemory(@TempDir(factory = PageCache.InMemory.class) Path memory)
      throws IOException {
    PageCache.assumeInMemory(memory);
    Path path = Files.write(memory.resolve("file"), new byte[5000]);

    assertThat(
            DirectByteSource.open(
                new ListedFile(path.toString(), 5000, 0),
                path,
                ReadPolicy.FORWARD,
                ByteRate.UNLIMITED))
        .isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @EnumSource(ReadPolicy.class)
  void leavesNoPagesInTheCache(ReadPolicy policy) throws IOException {
    Path path = file(LONG_BYTES);
    PageCache.drop(path);
    assumeThat(PageCache.bytes(path)).isZero();

    try (ByteSource source = open(path, policy)) {
      for (int at = 0; at < LONG_BYTES; at += 262_144) {
        read(source, at, Math.min(262_144, LONG_BYTES - at));
      }
    }

    assertThat(PageCache.bytes(path)).isZero();
  }
}
