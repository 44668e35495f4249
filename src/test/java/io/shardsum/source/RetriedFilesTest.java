package io.shardsum.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.expect.model.WeightFiles.Opened;
import io.shardsum.fleet.ShardFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetriedFilesTest {

  @TempDir private Path directory;

  private final Configuration conf = new Configuration(false);
  private Path file;

  @BeforeEach
  void write() throws IOException {
    FlakyFileSystem.register(conf);
    FlakyFileSystem.heal();
    file = WeightFiles.write(directory.resolve("a.safetensors"), 100_000);
  }

  @Test
  void readsAgainWhatFails() throws IOException {
    try (Opened opened = open(FlakyFileSystem.uri(file))) {
      FlakyFileSystem.failReads(2);
      assertThat(read(opened, 1000)).isEqualTo(bytes(1000));
      assertThat(FlakyFileSystem.opened()).isEqualTo(3);
      assertThat(read(opened, 50)).isEqualTo(bytes(50));
      opened.checkUnchanged();
    }
  }

  @Test
  void saysWhatIsWrongWithTheFile() throws IOException {
    Opened gone = open("file:" + file);
    Opened cut = open("file:" + file);
    Opened read = open("file:" + file);
    read(read, 0);
    WeightFiles.setLength(file, 50_000);
    fails(() -> read(cut, 0), "Cannot read file:" + file + ": changed after it was listed: ");
    fails(read::checkUnchanged, "Cannot read file:" + file + ": changed after it was listed: ");
    read.close();
    Files.delete(file);
    fails(() -> read(gone, 0), "Cannot read file:" + file + ": gone after it was listed");
  }

  private static void fails(ThrowingCallable read, String message) {
    assertThatThrownBy(read).isInstanceOf(IOException.class).hasMessageStartingWith(message);
  }

  private Opened open(String path) throws IOException {
    long modified = Files.getLastModifiedTime(file).toMillis();
    return new RetriedFiles(conf)
        .open(new ShardFile(path, Files.size(file), modified, ShardFile.TARGET, 0));
  }

  private static byte[] read(Opened opened, int position) throws IOException {
    byte[] target = new byte[1000];
    opened.readFully(position, ByteBuffer.wrap(target));
    return target;
  }

  private byte[] bytes(int position) throws IOException {
    return Arrays.copyOfRange(Files.readAllBytes(file), position, position + 1000);
  }
}
