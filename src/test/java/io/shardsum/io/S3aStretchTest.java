package io.shardsum.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileRange;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By how many requests a long stretch of an object comes. */
class S3aStretchTest {

  private static final int MIB = 1 << 20;
  private static final int BEGIN = 100;
  private static final int PROBE_END = BEGIN + S3aStretch.PROBE_BYTES;
  private static final int END = PROBE_END + 45 * MIB + 12_345;

  private static byte[] bytes;
  private static FileSystem local;
  private static org.apache.hadoop.fs.Path file;

  private final List<Long> openedUpTo = new ArrayList<>();
  private final List<Long> ranges = new ArrayList<>();
  private Optional<IOException> failure = Optional.empty();

  @BeforeAll
  static void write(@TempDir Path directory) throws IOException {
    bytes = new byte[END + 1000];
    new Random(1).nextBytes(bytes);
    Path written = Files.write(directory.resolve("a.safetensors"), bytes);
    file = new org.apache.hadoop.fs.Path(written.toUri());
    local = FileSystem.getLocal(new Configuration(false)).getRaw();
  }

  private FSDataInputStream open(long endBytes) throws IOException {
    openedUpTo.add(endBytes);
    return new FSDataInputStream(local.open(file)) {
      @Override
      public void readVectored(List<? extends FileRange> wanted, IntFunction<ByteBuffer> allocate)
          throws IOException {
        wanted.forEach(range -> ranges.add(range.getOffset()));
        super.readVectored(wanted, allocate);
        failure.ifPresent(
            failed ->
                wanted.forEach(range -> range.setData(CompletableFuture.failedFuture(failed))));
      }
    };
  }

  /** Of which each read of a slow one waits so many milliseconds. */
  private S3aStretch stretch(int waitedMillis) {
    AtomicLong waited = new AtomicLong();
    LongSupplier clock = () -> waited.addAndGet(TimeUnit.MILLISECONDS.toNanos(waitedMillis));
    return new S3aStretch(new S3aStretch.Requests(this::open, 4, clock), BEGIN, END);
  }

  private static void readMiB(S3aStretch stretch, int from, int to) throws IOException {
    byte[] target = new byte[MIB + 5];
    for (int at = from; at < to; at += MIB) {
      int length = Math.min(MIB, to - at);
      stretch.read(at, target, 5, length);
      assertThat(Arrays.equals(target, 5, 5 + length, bytes, at, at + length)).isTrue();
    }
  }

  @Test
  void aFastConnectionIsKept() throws IOException {
    try (S3aStretch stretch = stretch(6)) { // 8 MiB in 8 x 6 ms: 175 MB/s
      readMiB(stretch, BEGIN, END);
    }
    assertThat(openedUpTo).containsExactly((long) PROBE_END, (long) END);
    assertThat(ranges).isEmpty();
  }

  @Test
  void aSlowConnectionIsOneOfSeveral() throws IOException {
    try (S3aStretch stretch = stretch(8)) { // 131 MB/s
      readMiB(stretch, BEGIN, PROBE_END + 1);
      assertThat(ranges).hasSize(5);
      readMiB(stretch, PROBE_END + 1, END);
    }
    assertThat(openedUpTo).containsExactly((long) PROBE_END, (long) END);
    assertThat(ranges)
        .containsExactlyElementsOf(
            List.of(0L, 8L, 16L, 24L, 32L, 40L).stream().map(at -> PROBE_END + at * MIB).toList());
  }

  @Test
  void aShortStretchIsOneRequest() throws IOException {
    int end = BEGIN + 20 * MIB;
    try (S3aStretch stretch = new S3aStretch(new S3aStretch.Requests(this::open, 4), BEGIN, end)) {
      readMiB(stretch, BEGIN, end);
    }
    assertThat(openedUpTo).containsExactly((long) end);
  }

  @Test
  void holesAreSkippedInEachWay() throws IOException {
    for (int waitedMillis : new int[] {0, 50}) {
      try (S3aStretch stretch = stretch(waitedMillis)) {
        byte[] target = new byte[60_000];
        for (int at = BEGIN; at + 60_000 <= END; at += 120_000) {
          assertThat(stretch.reaches(at, target.length)).isTrue();
          stretch.read(at, target, 0, target.length);
          assertThat(Arrays.equals(target, 0, 60_000, bytes, at, at + 60_000)).isTrue();
        }
      }
    }
    assertThat(ranges).isNotEmpty();
  }

  @Test
  void stretchesAtOnceShareTheMemory() throws IOException {
    List<S3aStretch> stretches = new ArrayList<>();
    long buffers = Runtime.getRuntime().maxMemory() / 4 / RangesAhead.RANGE_BYTES;
    try {
      do {
        ranges.clear();
        stretches.add(stretch(50));
        readMiB(stretches.get(stretches.size() - 1), BEGIN, PROBE_END + MIB);
        assertThat(stretches.size()).isLessThanOrEqualTo((int) buffers / 3 + 1);
      } while (!ranges.isEmpty());
    } finally {
      for (S3aStretch stretch : stretches) {
        stretch.close();
      }
    }
    ranges.clear();
    try (S3aStretch stretch = stretch(50)) {
      readMiB(stretch, BEGIN, PROBE_END + MIB);
    }
    assertThat(ranges).hasSize(5);
  }

  @Test
  void aRangeThatFailsIsSaid() throws IOException {
    failure = Optional.of(new EOFException("cut"));
    S3aStretch stretch = stretch(50);
    readMiB(stretch, BEGIN, PROBE_END);
    assertThatThrownBy(() -> stretch.read(PROBE_END, new byte[10], 0, 10))
        .isInstanceOf(EOFException.class)
        .hasMessage("cut");
    stretch.close();
  }
}
