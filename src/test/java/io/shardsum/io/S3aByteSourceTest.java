package io.shardsum.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which requests a reader of an object makes: a stream that is opened is one, when it is read. */
class S3aByteSourceTest {

  private static final int LENGTH_BYTES = 4 << 20;
  private static final int KIB = 1024;

  private final List<Long> openedUpTo = new ArrayList<>();
  private byte[] bytes;
  private long announced;
  private S3aByteSource source;

  @BeforeEach
  void write(@TempDir Path directory) throws IOException {
    bytes = new byte[LENGTH_BYTES];
    new Random(1).nextBytes(bytes);
    Path file = Files.write(directory.resolve("a.safetensors"), bytes);
    FileSystem local = FileSystem.getLocal(new Configuration(false));
    source =
        new S3aByteSource(
            new ListedFile("s3a://bucket/a.safetensors", LENGTH_BYTES, 0),
            new S3aStretch.Requests(
                end -> {
                  openedUpTo.add(end);
                  return local.open(new org.apache.hadoop.fs.Path(file.toUri()));
                },
                RangesAhead.USUALLY_AT_A_TIME),
            () -> announced);
  }

  private void read(int position, int length) throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(length);
    source.readFully(position, direct);
    assertThat(direct.flip()).isEqualTo(ByteBuffer.wrap(bytes, position, length));
  }

  @Test
  void readsAFileWithItsHeaderByOneRequest() throws IOException {
    announced = LENGTH_BYTES;
    read(0, 8);
    read(8, 100_000);
    for (int at = 100_008; at < LENGTH_BYTES; at += 256 * KIB) {
      read(at, Math.min(256 * KIB, LENGTH_BYTES - at));
    }
    assertThat(openedUpTo).containsExactly((long) LENGTH_BYTES);
  }

  @Test
  void asksForTheHeaderAloneAndThenForWhatIsAnnounced() throws IOException {
    read(0, 8);
    read(8, 1000);
    announced = 3_000_000;
    read(1_000_000, 1_000_000);
    read(2_000_000, 1_000_000);
    assertThat(openedUpTo).containsExactly(64L * KIB, 3_000_000L);
  }

  @Test
  void asksForTheRestOfALongHeader() throws IOException {
    read(0, 8);
    read(8, 100_000);
    assertThat(openedUpTo).containsExactly(64L * KIB, 100_008L);
  }

  @Test
  void readsScalesBesideTheirWeights() throws IOException {
    announced = LENGTH_BYTES;
    read(0, 1000);
    read(3_000_000, 200);
    read(1000, 1000);
    read(3_000_200, 200);
    read(2000, 1000);
    read(3_000_400, 200);
    read(3000, 1000);
    assertThat(openedUpTo).containsExactly((long) LENGTH_BYTES, 3_000_200L, 3_000_600L);
  }

  @Test
  void goesOnBehindAHole() throws IOException {
    announced = LENGTH_BYTES;
    read(0, 1000);
    for (int at = 1 << 20; at < LENGTH_BYTES; at += 64 * KIB) {
      read(at, 64 * KIB);
    }
    assertThat(openedUpTo).hasSizeLessThan(8).endsWith((long) LENGTH_BYTES);
  }

  @Test
  void readsAgainFromTheStoreWhatItHasReadBefore() throws IOException {
    announced = LENGTH_BYTES;
    read(0, 1000);
    read(0, 1000);
    assertThat(openedUpTo).containsExactly((long) LENGTH_BYTES, 1000L);
    source.close();
  }
}
