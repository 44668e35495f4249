package io.shardsum.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.testing.FlakyFileSystem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ShardTest {
  private static final int LENGTH_BYTES = 3 << 20;

  @TempDir private Path directory;

  private final Configuration conf = new Configuration(false);
  private Path file;

  @BeforeEach
  void write() throws IOException {
    FlakyFileSystem.register(conf);
    FlakyFileSystem.heal();
    byte[] bytes = new byte[LENGTH_BYTES];
    new Random(1).nextBytes(bytes);
    file = Files.write(directory.resolve("a.safetensors"), bytes);
  }

  @ParameterizedTest
  @CsvSource({"file, FORWARD", "file, ANYWHERE", "flaky, FORWARD", "flaky, ANYWHERE"})
  void readsIntoBuffersOfEitherKind(String scheme, ReadPolicy policy) throws IOException {
    try (Shard shard = open(scheme + ":" + file, policy)) {
      for (ByteBuffer target :
          new ByteBuffer[] {
            ByteBuffer.allocate(LENGTH_BYTES - 7), ByteBuffer.allocateDirect(LENGTH_BYTES - 7)
          }) {
        target.position(5);
        shard.readFully(12, target);
        assertThat(target.hasRemaining()).isFalse();
        assertThat(target.position(5))
            .isEqualTo(ByteBuffer.wrap(Files.readAllBytes(file), 12, LENGTH_BYTES - 12));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ReadPolicy.class)
  void readsAgainWhatFails(ReadPolicy policy) throws IOException {
    try (Shard shard = open(FlakyFileSystem.uri(file), policy)) {
      FlakyFileSystem.failReads(2);
      assertThat(read(shard, 1000)).isEqualTo(bytes(1000));
      assertThat(FlakyFileSystem.opened()).isEqualTo(3);
      assertThat(read(shard, 50)).isEqualTo(bytes(50));
      shard.checkUnchanged();
    }
  }

  @Test
  void saysWhatFailsAlways() throws IOException {
    try (Shard shard = open(FlakyFileSystem.uri(file), ReadPolicy.ANYWHERE)) {
      FlakyFileSystem.failReads(100);
      fails(() -> read(shard, 0), "Cannot read flaky:" + file + ": the network is down");
      assertThat(FlakyFileSystem.opened()).isEqualTo(1 + Retries.USUAL_COUNT);
      FlakyFileSystem.heal();
      assertThat(read(shard, 0)).isEqualTo(bytes(0));
    }
  }

  @Test
  void saysWhatIsWrongWithTheFile() throws IOException {
    Shard gone = open("file:" + file, ReadPolicy.ANYWHERE);
    Shard cut = open("file:" + file, ReadPolicy.ANYWHERE);
    Shard read = open("file:" + file, ReadPolicy.ANYWHERE);
    read(read, 0);
    cut(50_000);
    fails(() -> read(cut, 0), "Cannot read file:" + file + ": changed after it was listed: ");
    fails(read::checkUnchanged, "Cannot read file:" + file + ": changed after it was listed: ");
    read.close();
    Files.delete(file);
    fails(() -> read(gone, 0), "Cannot read file:" + file + ": it was removed after it was listed");
  }

  @ParameterizedTest
  @EnumSource(ReadPolicy.class)
  void readsNothingMoreOfAFileThatWasCutWhileItIsOpen(ReadPolicy policy) throws IOException {
    try (Shard shard = open("file:" + file, policy)) {
      read(shard, 0);
      cut(50_000);
      fails(
          () -> read(shard, 60_000),
          "Cannot read file:" + file + ": changed after it was listed: expected 3145728 bytes of ");
    }
  }

  @Test
  void readsNothingMoreOfAFileThatChangesBetweenTwoTries() throws IOException {
    try (Shard shard = open(FlakyFileSystem.uri(file), ReadPolicy.FORWARD)) {
      read(shard, 0);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
      FlakyFileSystem.failReads(1);
      fails(() -> read(shard, 0), "Cannot read flaky:" + file + ": changed after it was listed: ");
    }
  }

  private static void fails(ThrowingCallable read, String message) {
    assertThatThrownBy(read).isInstanceOf(IOException.class).hasMessageStartingWith(message);
  }

  private void cut(long lengthBytes) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(lengthBytes);
    }
  }

  private Shard open(String path, ReadPolicy policy) throws IOException {
    long modified = Files.getLastModifiedTime(file).toMillis();
    return new ShardOpener(conf).open(new ListedFile(path, Files.size(file), modified), policy);
  }

  private static byte[] read(Shard shard, int position) throws IOException {
    byte[] target = new byte[1000];
    shard.readFully(position, ByteBuffer.wrap(target));
    return target;
  }

  private byte[] bytes(int position) throws IOException {
    return Arrays.copyOfRange(Files.readAllBytes(file), position, position + 1000);
  }
}
